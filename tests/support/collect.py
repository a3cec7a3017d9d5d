"""A collecting process under any Python and Celery: ``python -m tests.support.collect BROKER STORE``.

It says ``ready`` when it receives, and after each commit one line of JSON with the ids of the tasks in it.
"""

import json
import sys
import threading
from collections.abc import Sequence

from umbel.ingest.app import make_app
from umbel.ingest.collector import Collector
from umbel.ingest.writer import EventStore
from umbel.model.events import TaskEvent
from umbel.store.protocols import Arrival, Commit, Pruned, Retention
from umbel.store.registry import open_store


class TellingStore:
    """Says what is committed, once it is."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def commit(self, arrivals: Sequence[Arrival]) -> Commit:
        """Commit, and then say so."""
        done = self._store.commit(arrivals)
        events = [arrival.event for arrival in arrivals]
        say(json.dumps([[event.uuid, event.type] for event in events if isinstance(event, TaskEvent)]))
        return done

    def prune(self, retention: Retention, now: float) -> Pruned:
        """Prune."""
        return self._store.prune(retention, now)


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Collect until killed."""
    broker, path = sys.argv[1:]
    collector = Collector(make_app(broker), TellingStore(open_store(path)), batch_s=0.01, enable_events=False)
    collector.start()
    pause = threading.Event()
    while collector.health().broker.state != "connected":
        pause.wait(0.005)
    say("ready")
    pause.wait()


if __name__ == "__main__":
    main()
