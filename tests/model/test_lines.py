"""Events read as lines do in a log; the browser is tested against the same table."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.support.events import T0, an_event
from umbel.model.events import LEARNT_TYPE, Event, Learnt, TaskEvent, WorkerEvent
from umbel.model.lines import REST_AT_MOST, line_of, text_of

TABLE: list[dict[str, Any]] = json.loads((Path(__file__).parent / "lines.json").read_text())


def event_of(fields: dict[str, Any]) -> Event:
    """Return an event of this row of the table."""
    if fields["type"].startswith("worker-"):
        return WorkerEvent(hostname="mail@app-01", timestamp=T0, **fields)
    of = {"uuid": "abc12345-0000", "hostname": "mail@app-01", "timestamp": T0, **fields}
    return Learnt(**of) if fields["type"] == LEARNT_TYPE else TaskEvent(**of)


@pytest.mark.parametrize("row", TABLE, ids=[str(row["text"]) for row in TABLE])
def test_the_table_of_lines(row: dict[str, Any]) -> None:
    """Each event has its line; heartbeats have none."""
    line = line_of(event_of(row["event"]), "shop.send_sms")
    assert (None if line is None else text_of(line)) == row["text"]
    assert line is None or (line.verb, line.rest) == (row["verb"], row["rest"])


def test_a_task_without_a_name_has_a_line() -> None:
    """Its received event may have been missed."""
    line = line_of(an_event("started", 0, uuid="x"), None)
    assert line is not None
    assert text_of(line) == "Task (unknown)[x] started"


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_any_event_has_a_bounded_line(text: str, extra: dict[str, str]) -> None:
    """Whatever a task says of itself."""
    for kind in ("failed", "progress"):
        line = line_of(an_event(kind, 0, uuid="x", exception=text, extra=extra), text)
        assert line is not None
        assert len(line.rest) <= REST_AT_MOST
