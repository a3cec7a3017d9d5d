"""What the server keeps and judges by is told to who looks."""

from pathlib import Path

import httpx

from tests.support.served import Served
from umbel.model.health import Limit, Metric, OwnLimit
from umbel.store.protocols import Retention
from umbel.web.in_force import InForce


def test_defaults_are_told_as_such(server: Served, client: httpx.Client, tmp_path: Path) -> None:
    """Nothing was set: every limit is the default one, and no path or address is told."""
    answer = client.get("/api/v1/settings").json()
    assert [one["metric"] for one in answer["thresholds"]] == ["success", "avg", "queue", "cpu", "memory"]
    assert all(one["is_default"] for one in answer["thresholds"])
    assert answer["thresholds"][1] == {
        "metric": "avg",
        "subject": None,
        "warning": 5.0,
        "critical": 10.0,
        "is_default": True,
    }
    assert (answer["read_only"], answer["retention"]["hours_s"]) == (False, 90 * 86_400.0)
    assert str(tmp_path) not in str(answer)


def test_what_was_set_stands_in_place_of_the_default() -> None:
    """For all, and for single tasks, queues and workers after them."""
    own = (
        OwnLimit(metric=Metric.AVG, subject="send_batch", limit=Limit(warning=10.0, critical=20.0)),
        OwnLimit(metric=Metric.QUEUE, subject=None, limit=Limit(warning=None, critical=7.0)),
    )
    shown = InForce(
        own=own, retention=Retention(max_age_s=60.0, max_age_s_by_state={"FAILURE": None}), read_only=True
    ).shown()
    assert [(one.metric, one.subject, one.critical, one.is_default) for one in shown.thresholds] == [
        ("success", None, 0.9, True),
        ("avg", None, 10.0, True),
        ("queue", None, 7.0, False),
        ("cpu", None, 0.85, True),
        ("memory", None, 2e9, True),
        ("avg", "send_batch", 20.0, False),
    ]
    assert (shown.read_only, shown.retention.tasks_s, shown.retention.tasks_s_by_state) == (
        True,
        60.0,
        {"FAILURE": None},
    )
