"""What decoding makes of real bodies is what a real store keeps."""

import contextlib
from pathlib import Path

from tests.support.bodies import a_body, a_heartbeat, progressed, received, started, succeeded
from tests.support.events import T0
from umbel.ingest.decode import EventDecoder
from umbel.ingest.tally import Tally
from umbel.model.tasks import State
from umbel.store.protocols import Arrival
from umbel.store.registry import open_store


def test_decoded_events_are_stored_whichever_way_they_went(tmp_path: Path) -> None:
    """Typed events are of classes of their own, lenient ones of the model's; a store takes both for what they are."""
    decode = EventDecoder(Tally(lambda: T0)).decode
    messages = (
        a_body(received(), started()),
        a_body(progressed(), succeeded()),
        a_body(received(uuid="task-2", args=[1])),
        a_body(a_heartbeat()),
        a_body(a_heartbeat(2.0, clock="9")),
    )
    arrivals = [Arrival(event, T0) for body in messages for event in decode(body)]
    with contextlib.closing(open_store(str(tmp_path / "umbel.db"))) as store:
        commit = store.commit(arrivals)
        tasks = {task.id: task.state for task in store.tasks_by_id(["task-1", "task-2"])}
        (worker,) = store.workers()

    assert (commit.tasks, commit.events) == (2, 7)
    assert tasks == {"task-1": State.SUCCESS, "task-2": State.RECEIVED}
    assert worker.last_heartbeat_at == T0 + 2.0
