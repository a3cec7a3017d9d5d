"""From which values on a figure is a warning, and from which it is critical."""

import pytest

from umbel.model.health import Limit, Limits, Metric, judge, judge_mean, judge_success, limit_of
from umbel.model.queues import Health

HEALTHY, WARNING, CRITICAL, UNKNOWN = Health


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        (Metric.SUCCESS, {0.96: HEALTHY, 0.95: WARNING, 0.90: WARNING, 0.89: CRITICAL}),
        (Metric.AVG, {4.9: HEALTHY, 5.0: WARNING, 10.0: WARNING, 10.1: CRITICAL}),
        (Metric.QUEUE, {9: HEALTHY, 10: WARNING, 50: WARNING, 51: CRITICAL}),
        (Metric.CPU, {0.69: HEALTHY, 0.70: WARNING, 0.85: WARNING, 0.86: CRITICAL}),
        (Metric.MEMORY, {0.9e9: HEALTHY, 1e9: WARNING, 2e9: WARNING, 2.1e9: CRITICAL}),
    ],
)
def test_the_defaults_are_those_of_the_guide(metric: Metric, values: dict[float, Health]) -> None:
    """Each bound itself is a warning still; what is not known is unknown."""
    limit = Limits().of(metric)
    assert {value: judge(metric, value, limit) for value in values} == values
    assert judge(metric, None, limit) is UNKNOWN


def test_a_limit_of_its_own_comes_before_that_for_all_and_the_default() -> None:
    """It is found by the whole name and by its last part."""
    limits = Limits(map(limit_of, ["avg=2:4", "send_batch.avg=10:20", "mail@host.example.com.memory=3GB"]))
    assert limits.of(Metric.AVG, "fetch") == Limit(warning=2, critical=4)
    assert limits.of(Metric.AVG, "campaigns.tasks.send_batch") == Limit(warning=10, critical=20)
    assert limits.of(Metric.MEMORY, "mail@host.example.com") == Limit(warning=None, critical=3e9)
    assert limits.of(Metric.MEMORY, "other@host") == Limit(warning=1e9, critical=2e9)
    assert limits.own(Metric.AVG, "fetch") is None


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("success=97:92.5", Limit(warning=0.97, critical=0.925)),
        ("cpu=50%:75%", Limit(warning=0.5, critical=0.75)),
        ("avg=250ms:1min", Limit(warning=0.25, critical=60)),
        ("memory=512MiB:1GiB", Limit(warning=2**29, critical=2**30)),
        ("x.queue=100:", Limit(warning=100, critical=None)),
        ("x.queue=off", Limit(warning=None, critical=None)),
    ],
)
def test_bounds_have_the_units_of_what_they_bound(text: str, limit: Limit) -> None:
    """Per cent for shares, seconds and their like for times, sizes for memory."""
    found = limit_of(text).limit
    assert found.warning == pytest.approx(limit.warning)
    assert found.critical == pytest.approx(limit.critical)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("speed=3", "success, avg, queue, cpu, memory"),
        ("avg", "METRIC=WARNING:CRITICAL"),
        ("avg=fast", "'fast' is no bound of avg; allowed is a number with ms and s"),
        ("queue=1GB", "'1GB' is no bound of queue; allowed is a number"),
        ("avg=10:5", "the warning comes first"),
        ("success=90:95", "the warning comes first"),
    ],
)
def test_what_is_no_limit_is_refused_in_words(text: str, says: str) -> None:
    """The message names the thing, the value and what is allowed."""
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        limit_of(text)


def test_few_tasks_are_no_ground_for_a_judgement() -> None:
    """Unless none at all went well; far below, a rate is critical whatever was set."""
    limit = Limits().of(Metric.SUCCESS)
    assert [judge_success(*counts, limit) for counts in ((8, 1), (0, 2), (0, 3), (99, 1), (93, 7), (8, 2))] == [
        UNKNOWN,
        UNKNOWN,
        CRITICAL,
        HEALTHY,
        WARNING,
        CRITICAL,
    ]
    lax = limit_of("success=70:50").limit
    assert judge_success(75, 25, lax) is CRITICAL
    assert judge_success(0, 100, limit_of("success=off").limit) is HEALTHY
    assert judge_mean(9, 60.0, Limits().of(Metric.AVG)) is UNKNOWN
    assert judge_mean(10, 60.0, Limits().of(Metric.AVG)) is CRITICAL
