"""Entries, their strips, one entry, the timeline, the metrics, and running one now, over the API."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.schedule.world import MINUTELY, an_entry
from tests.support.events import T0, an_event
from tests.support.served import Served, served
from umbel.model.schedules import Entry, Run, RunVerdict, SourceKind, SourceRead, Standing
from umbel.schedule.expressions import cron

NOW = T0 + 3_600.0
PAY = an_entry(name="pay", args="[1, 'a']")
BAD = an_entry(cron(("61", "*", "*", "*", "*"), None), name="<b>bad</b>")
SECRET = an_entry(MINUTELY, name="secret", kwargs="{'password': '***'}")


def a_run(entry: Entry, at: float, verdict: RunVerdict, **fields: object) -> Run:
    """Return a run that was due ``at`` seconds after ``T0``."""
    return Run(entry_id=entry.id, due_at=T0 + at, verdict=verdict, **fields)  # type: ignore[arg-type]  # as given


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over three entries, one of which was missed twice."""
    with served(tmp_path_factory.mktemp("schedules"), clock=lambda: NOW) as running:
        missed = [a_run(PAY, 60.0 * n, RunVerdict.MISSED, reason="beat did not send it") for n in (57, 58)]
        ran = [a_run(PAY, 60.0 * n, RunVerdict.ON_TIME, task_id=f"t{n}", sent_at=T0 + 60.0 * n) for n in range(57)]
        stands = Standing(
            entry_id=PAY.id,
            verdict=RunVerdict.MISSED,
            since=missed[0].due_at,
            runs=2,
            last=missed[1],
            next_due_at=NOW + 60,
        )
        schedules = running.store.schedules
        schedules.keep_entries([PAY, BAD, SECRET])
        schedules.keep_runs([*ran, *missed], [stands, Standing(entry_id=SECRET.id, next_due_at=NOW + 5)])
        schedules.keep_sources([SourceRead(kind=SourceKind.CONF, place="inspect conf", tried_at=NOW, read_at=NOW)])
        running.commit(an_event("sent", 3_000, uuid="x", hostname="gen1@a", name="shop.pay", retries=0))
        yield running


def get(server: Served, path: str, **query: object) -> httpx.Response:
    """Return the API's answer."""
    return httpx.get(f"{server.url}/api/v1/{path}", params={key: str(value) for key, value in query.items()})


def test_a_page_tells_each_entry_and_beat(server: Served) -> None:
    """What is in trouble comes first, with its words, its strip and why; a bad expression says its error."""
    told = get(server, "schedules").json()
    assert [one["name"] for one in told["items"]] == ["pay", "<b>bad</b>", "secret"]
    pay, bad, secret = told["items"]
    assert (pay["rule"], pay["verdict"], pay["verdict_runs"], len(pay["runs"])) == ("every minute", "missed", 2, 59)
    assert pay["runs"][-1]["reason"] == "beat did not send it"
    assert pay["sources"][0]["read_at"] is not None
    assert "61" in bad["error"]
    assert (bad["next_due_at"], secret["rule"]) == (None, "every minute")
    assert told["troubles"] == {"missed": 2}
    assert told["summary"]["counts"] | {"learnt": 0} == {
        "active": 2,
        "paused": 0,
        "archived": 0,
        "learnt": 0,
        "bad": 1,
        "in_trouble": 1,
    }
    assert told["summary"]["beat"]["state"] == "silent"
    assert "beat is not sending" in told["summary"]["beat"]["text"]
    assert get(server, "schedules", show="troubled").json()["total"] == 1
    assert get(server, "schedules", text="SECR").json()["items"][0]["name"] == "secret"
    assert get(server, "schedules", by="age").status_code == 400


def test_one_entry(server: Served) -> None:
    """Its runs are paged, newest first, and its next due times are told."""
    told = get(server, f"schedules/{PAY.id}", limit=10).json()
    assert (len(told["history"]), told["history"][0]["verdict"], len(told["upcoming"])) == (10, "missed", 8)
    more = get(server, f"schedules/{PAY.id}/runs", limit=500, before=told["next"]).json()
    assert (len(more["items"]), more["next"]) == (49, None)
    assert get(server, "schedules/0123456789abcdef").status_code == 404


def test_the_timeline(server: Served) -> None:
    """Entries along the time; what comes too often to be told one by one says so."""
    told = get(server, "schedules/timeline").json()
    by_name = {one["name"]: one for one in told["rows"]}
    assert by_name["pay"]["dense"] is True
    assert by_name["<b>bad</b>"]["to_come"] == []
    assert told["collisions"] == []


def test_the_metrics(server: Served) -> None:
    """Whether beat works and how many runs are in trouble, without a label an entry."""
    text = httpx.get(f"{server.url}/metrics").text
    assert 'umbel_schedule_troubled_runs{verdict="missed"} 2' in text
    assert "umbel_schedule_beat_up 0" in text
    assert 'umbel_schedule_entries{state="bad"} 1' in text


def test_running_now_needs_arguments_that_are_known(server: Served) -> None:
    """What is masked cannot be sent, and that is said before anything is."""
    assert get(server, f"schedules/{PAY.id}/run").json() == {
        "name": "shop.pay",
        "args": [1, "a"],
        "kwargs": {},
        "queue": None,
        "refused": None,
    }
    assert "masked" in get(server, f"schedules/{SECRET.id}/run").json()["refused"]
    refused = httpx.post(f"{server.url}/api/v1/schedules/{SECRET.id}/run", json={})
    assert refused.status_code == 409
    assert "cannot be run from here" in refused.json()["detail"]
