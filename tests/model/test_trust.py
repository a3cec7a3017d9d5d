"""Every reason to doubt what is shown is told, with its evidence, and none without one."""

import pytest

from umbel.model.trust import Facts, WorkerFacts, doubts
from umbel.model.verdicts import Severity

GOOD = Facts(
    buffered=10,
    buffer_limit=100_000,
    events=1_000,
    malformed=1,
    lag_s=0.3,
    free_bytes=50 << 30,
    workers=[WorkerFacts(name="w1@vm", expected=1_000, lost=1, clock_offset_s=0.2)],
)


def of_worker(**fields: object) -> Facts:
    """A good look, but for one worker."""
    given: dict[str, object] = {"name": "w1@vm", "expected": 1_000}
    return Facts(workers=[WorkerFacts(**{**given, **fields})])  # type: ignore[arg-type]  # any field


CASES = [
    (Facts(blind_s=12.0, link_error="refused"), "blind", "critical", "out of reach for 12 s: refused"),
    (Facts(link_warning="40,000 messages wait"), "waiting_broker", "warning", "40,000 messages wait"),
    (Facts(is_stalled=True, store_error="disk full", buffered=7), "stalled", "critical", "disk full; 7 wait in memory"),
    (Facts(store_error="locked"), "stalled", "critical", "does not take events: locked"),
    (Facts(buffered=60, buffer_limit=100), "filling", "warning", "60 of 100 places"),
    (Facts(dropped=1), "dropping", "critical", "1 event had to be dropped in the last 5 min"),
    (Facts(lag_s=10.1), "lag", "warning", "stored 10 s after"),
    (Facts(lag_s=61.0), "lag", "critical", "stored 1 min after"),
    (Facts(free_bytes=900_000_000), "store_full", "warning", "Only 900 MB are free"),
    (Facts(free_bytes=1_000_000), "store_full", "critical", "Only 1 MB are free"),
    (Facts(malformed=10, events=990), "malformed", "warning", "10 events of the last 5 min could not"),
    (of_worker(lost=2), "loss", "warning", "Of 1,000 tasks that w1@vm ran in the last 5 min, the events of 2 did not"),
    (of_worker(clock_offset_s=5.1), "clock", "warning", "The clock of w1@vm is 5.1 s behind Umbel's"),
    (of_worker(clock_offset_s=-3_600.0), "clock", "warning", "60 min ahead of Umbel's"),
    (of_worker(sends_task_events=False), "no_task_events", "warning", "w1@vm sends no task events"),
]


@pytest.mark.parametrize(("facts", "code", "severity", "text"), CASES)
def test_each_reason(facts: Facts, code: str, severity: str, text: str) -> None:
    """One thing wrong is one reason, which says what and what to do."""
    (doubt,) = doubts(facts)
    assert (doubt.code, doubt.severity.value) == (code, severity)
    assert text in doubt.text
    assert len(doubt.advice) > 20
    assert 0 < len(doubt.label) <= 24


@pytest.mark.parametrize(
    "facts",
    [
        Facts(),
        GOOD,
        Facts(lag_s=10.0, malformed=9, buffered=50, buffer_limit=100, free_bytes=2 << 30),
        of_worker(clock_offset_s=-5.0),
        of_worker(expected=10, lost=1),
        of_worker(expected=10_000, lost=10),
    ],
)
def test_no_reason(facts: Facts) -> None:
    """Up to its bound, and where nothing is known, nothing is doubted."""
    assert doubts(facts) == ()


def test_the_worst_comes_first() -> None:
    """Whoever reads only the first reason reads the gravest."""
    workers = [WorkerFacts(name="a", expected=10, lost=5, clock_offset_s=9.0, sends_task_events=False)]
    found = doubts(Facts(lag_s=20.0, dropped=3, blind_s=1.0, workers=workers))
    assert [doubt.severity for doubt in found] == [Severity.CRITICAL] * 2 + [Severity.WARNING] * 4


def test_many_workers_are_named_up_to_three() -> None:
    """A sentence stays a sentence, however many and however long the names are; all are in the list."""
    workers = [WorkerFacts(name=f"{'w' * 200}{n}", expected=100, lost=n + 1) for n in range(200)]
    (doubt,) = doubts(Facts(workers=workers))
    assert "and 196 others" in doubt.text
    assert len(doubt.text) < 500
    assert len(doubt.workers) == 199


def test_a_badge_tells_how_much_is_missed() -> None:
    """The share is over the workers that lose, so that idle ones do not hide it."""
    idle = [WorkerFacts(name=f"w{n}", expected=100_000) for n in range(5)]
    (doubt,) = doubts(Facts(workers=[*idle, WorkerFacts(name="bad", expected=1_000, lost=100)]))
    assert doubt.label == "misses 10.0 %"
