"""Figures are told by columns along an interval, and by key over one."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.support.events import T0, a_task_that_succeeded, an_event, received
from tests.support.served import Served

COUNTS = ("received", "started", "succeeded", "failed", "retried", "revoked", "rejected", "ended")


def recent(seconds_ago: float) -> float:
    """How far from ``T0`` an instant of the recent past is."""
    return time.time() - seconds_ago - T0


def ask(client: httpx.Client, what: str, **params: Any) -> dict[str, Any]:
    """The answer to a question."""
    answer = client.get(f"/api/v1/metrics/{what}", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_totals_of_the_last_hour(server: Served, client: httpx.Client) -> None:
    """By default each name in the hour until now, the busiest first."""
    for number in range(3):
        server.commit(*a_task_that_succeeded(f"often-{number}", recent(600)))
    at = recent(300)
    server.commit(received(at, uuid="bad", name="other"), an_event("failed", at + 1, uuid="bad", exception="E()"))
    server.commit(*a_task_that_succeeded("old", recent(9_000)))
    found = ask(client, "totals")
    assert [(one["kind"], one["key"]) for one in found["items"]] == [("one", "send_customer_sms"), ("one", "other")]
    often, other = found["items"]
    assert [often[name] for name in COUNTS] == [3, 3, 3, 0, 0, 0, 0, 3]
    assert (often["success_rate"], often["run"]["n"], often["run"]["mean_s"]) == (1.0, 3, 2.1)
    assert often["run"]["p95_s"] == pytest.approx(2.1, rel=0.05)
    assert often["wait"] == {"n": 0, "mean_s": None, "p50_s": None, "p95_s": None, "p99_s": None}
    assert (other["success_rate"], other["started"], other["run"]["mean_s"]) == (0.0, 0, None)
    assert found["cut"] is False
    assert ask(client, "totals", limit=1)["cut"] is True


@pytest.mark.parametrize(
    ("by", "key"), [("total", None), ("name", "send_customer_sms"), ("worker", "default@app-01"), ("queue", None)]
)
def test_a_series_is_told_by_columns(server: Served, client: httpx.Client, by: str, key: str | None) -> None:
    """Every column has an entry a point; what nobody saw is null, and what nobody named is unknown."""
    server.commit(*a_task_that_succeeded("a", recent(1_200)))
    found = ask(client, "series", by=by)
    (line,) = found["lines"]
    assert (found["by"], found["step_s"], line["key"]) == (by, 60, key)
    assert line["kind"] == {"total": "total", "queue": "unknown"}.get(by, "one")
    assert {len(line[name]) for name in COUNTS} == {len(found["starts"])} == {61} or len(found["starts"]) == 60
    assert sum(n or 0 for n in line["ended"]) == 1
    assert (line["ended"][0], line["ended"][-3]) == (None, 0)
    point = line["ended"].index(1)
    assert (line["run"]["mean_s"][point], line["success_rate"][point]) == (2.1, 1.0)
    assert [column[0] for column in line["run"].values()] == [None] * 5


def test_an_interval_of_its_own(server: Served, client: httpx.Client) -> None:
    """Since, until, step and keys are as asked for; an instant without a zone is UTC."""
    day = datetime.fromtimestamp(time.time() - 3 * 86_400, UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    server.commit(*a_task_that_succeeded("a", day.timestamp() - T0))
    params = {"since": day.strftime("%Y-%m-%dT00:00:00"), "until": day.strftime("%Y-%m-%dT13:00:00Z")}
    found = ask(client, "series", by="name", key=["nobody", "send_customer_sms"], step_s=3_600, **params)
    assert (len(found["starts"]), found["starts"][12]) == (13, day.strftime("%Y-%m-%dT12:00:00Z"))
    assert [(line["key"], line["ended"][12]) for line in found["lines"]] == [("nobody", 0), ("send_customer_sms", 1)]
    totals = ask(client, "totals", **params)
    assert (totals["since"], totals["until"]) == (f"{params['since']}Z", params["until"])


def test_what_cannot_be_asked(client: httpx.Client) -> None:
    """Each is refused in the shape of every error."""
    for question in (
        "series?by=colour",
        "series?step_s=61",
        "series?top=0",
        "series?top=51",
        "series?since=yesterday",
        "series?since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z",
        "series?since=2026-01-01T00:00:00Z&step_s=60",
        "series?by=name&" + "&".join(f"key={n}" for n in range(51)),
        "totals?since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z",
        "totals?since=0001-01-01T00:00:00Z",
        "totals?until=9999-12-31T00:00:00Z&since=1970-01-01T00:00:00Z",
        "totals?until=9999-12-31T23:59:59Z&since=9999-12-31T23:00:00Z",
        "series?until=9999-12-31T23:59:59Z&since=9999-12-31T23:00:00Z",
        "totals?until=0001-01-01T00:30:00Z",
        "totals?limit=0",
    ):
        answer = client.get(f"/api/v1/metrics/{question}")
        told = (answer.status_code, answer.headers["content-type"])
        assert told == (400, "application/problem+json"), question
        assert answer.json()["detail"]
