"""What the agent says becomes events and reports; what makes no sense of it is refused and counted."""

import json
from typing import Any

import pytest

from tests.support import bodies
from tests.support.bodies import failed, received, succeeded
from tests.support.events import T0
from umbel.ingest.decode import EventDecoder
from umbel.ingest.tally import Tally
from umbel.model.agent import HostUse, ProcessUse, Sample
from umbel.model.events import Event, Sampled, TaskEvent
from umbel.model.wire import ARGUMENTS, BEAT, CPU, PEAK_MEMORY, PROGRESS, SENT_AT, WORKER_SAMPLE, BeatReport

MB = 1_000_000
SAMPLE = {
    "version": 1,
    "interval_s": 10.0,
    "source": "proc",
    "pool": "prefork",
    "main": {"pid": 100, "rss": 50 * MB, "cpu": 1.5},
    "children": [{"pid": 101, "rss": 70 * MB, "cpu": 90.0}, {"pid": 102}],
    "children_total": 2,
    "fds": 39,
    "host": {"cpu": 55.5, "cores": 4, "memory_total": 8_000 * MB, "memory_available": 2_000 * MB},
    "dropped": {"messages": 3},
    "faults": 1,
    "fault": "OSError: no\0",
}
BEAT_REPORT: dict[str, Any] = {
    "version": 1,
    "scheduler": "celery.beat:PersistentScheduler",
    "started_at": T0 - 60,
    "ticked_at": T0 - 1,
    "entries_total": 2,
    "listing": 7,
    "complete": True,
    "part": 1,
    "parts": 1,
    "entries": [
        {"name": "nightly", "task": "t", "schedule": "0:00:30", "rule": {"kind": "interval", "every_s": 30.0}},
        {"name": 5},
        "nonsense",
    ],
    "gone": ["old"],
    "runs": [{"entry": "nightly", "task_id": "task-1", "at": T0}],
    "from the future": {"a": 1},
}


class Heard:
    """A decoder, and the beats that it heard."""

    def __init__(self) -> None:
        self.beats: list[tuple[str, BeatReport, float]] = []
        self.tally = Tally(lambda: T0 + 1)
        self._decoder = EventDecoder(self.tally, lambda *report: self.beats.append(report))

    def decode(self, *events: dict[str, Any]) -> list[Event]:
        """Return what a message of these events becomes."""
        return self._decoder.decode(json.dumps(events[0] if len(events) == 1 else events))


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_a_sample_is_an_event_of_its_worker(heard: Heard) -> None:
    """All of it is kept, texts fit for a store, and it is counted as an event."""
    (event,) = heard.decode(bodies.stamped(WORKER_SAMPLE, **SAMPLE))

    assert isinstance(event, Sampled)
    assert event.sample == Sample(
        at=T0,
        interval_s=10.0,
        source="proc",
        pool="prefork",
        main=ProcessUse(pid=100, memory_bytes=50 * MB, cpu=1.5),
        children=(ProcessUse(pid=101, memory_bytes=70 * MB, cpu=90.0), ProcessUse(pid=102)),
        children_total=2,
        files=39,
        host=HostUse(cpu=55.5, cores=4, memory_bytes=8_000 * MB, available_bytes=2_000 * MB),
        dropped={"messages": 3},
        faults=1,
        fault="OSError: no\N{REPLACEMENT CHARACTER}",
    )
    assert (event.sample.cpu, event.sample.memory_bytes) == (91.5, 120 * MB)
    assert heard.tally.read().events == 1


def test_progress_is_told_by_task(heard: Heard) -> None:
    """A report of several tasks becomes an event of each, stamped when the task said it."""
    told = [
        {"uuid": "a", "at": T0 - 0.5, "state": "PROGRESS", "fields": {"current": 3, "total": 10, "name": "x"}},
        {"uuid": "b", "at": T0, "state": "", "fields": {}},
    ]
    events = heard.decode(bodies.stamped(PROGRESS, version=1, tasks=told))

    assert [(one.uuid, one.type, one.timestamp, one.extra) for one in events if isinstance(one, TaskEvent)] == [
        ("a", "task-progress", T0 - 0.5, {"current": 3, "total": 10, "name": "x", "state": "PROGRESS"}),
        ("b", "task-progress", T0, {"state": ""}),
    ]


def test_beat_is_heard_beside_the_events(heard: Heard) -> None:
    """Its report goes to whom it concerns, without the entries that are none."""
    assert heard.decode(bodies.stamped(BEAT, **BEAT_REPORT)) == []

    ((beat, report, at),) = heard.beats
    assert (beat, at) == ("w1@vm", T0)
    assert report["entries"] == BEAT_REPORT["entries"][:1]
    assert (report["runs"], report["gone"]) == (BEAT_REPORT["runs"], ["old"])
    assert not heard.tally.read().malformed


def test_fields_of_the_agent_take_the_fast_way_and_the_long_one(heard: Heard) -> None:
    """In a healthy message, and in one that has to be taken apart."""
    receipt = {**received(), SENT_AT: T0 - 2, ARGUMENTS: '{"args":[1],"kwargs":{}}'}
    end = {**succeeded(), CPU: 0.25, PEAK_MEMORY: 70 * MB}

    fast = heard.decode(receipt, end)
    slow = heard.decode(receipt, end, {"type": "task-"})

    for events in (fast, slow):
        first, last = (one for one in events if isinstance(one, TaskEvent))
        assert (first.sent_at, first.arguments) == (T0 - 2, '{"args":[1],"kwargs":{}}')
        assert (last.cpu_s, last.peak_memory_bytes) == (0.25, 70 * MB)


@pytest.mark.parametrize(
    ("field", "value"), [(CPU, -1), (CPU, "much"), (PEAK_MEMORY, 2**70), (PEAK_MEMORY, None), (CPU, [1])]
)
def test_nonsense_of_the_agent_costs_no_event(heard: Heard, field: str, value: object) -> None:
    """The end of a task is taken, without what cannot be meant."""
    (event,) = heard.decode({**failed(), field: value})

    assert isinstance(event, TaskEvent)
    assert (event.cpu_s, event.peak_memory_bytes) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        bodies.stamped(WORKER_SAMPLE),
        bodies.stamped(WORKER_SAMPLE, **{**SAMPLE, "main": "x"} | {"children": 5}),
        bodies.stamped(WORKER_SAMPLE, **{**SAMPLE, "host": {"cpu": "hot"}}),
        bodies.stamped(WORKER_SAMPLE, **{**SAMPLE, "children_total": 2**70}),
        bodies.stamped(PROGRESS),
        bodies.stamped(PROGRESS, tasks=[{"uuid": "a", "at": "never"}]),
        bodies.stamped(PROGRESS, tasks=[[]]),
        bodies.stamped(BEAT),
        bodies.stamped(BEAT, **{**BEAT_REPORT, "listing": "first"}),
        {**bodies.stamped(BEAT, **BEAT_REPORT), "hostname": 5},
    ],
)
def test_what_no_agent_says_is_refused(heard: Heard, body: dict[str, Any]) -> None:
    """Counted as malformed, and nothing else comes of it."""
    assert heard.decode(body) == []
    assert sum(heard.tally.read().malformed.values()) == 1
    assert not heard.beats
