"""Feeds a stream to Flower's state in memory, in an environment of its own that has Flower: prints JSON."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flower.events import EventsState  # type: ignore[import-not-found]  # not an environment of ours

MAX_TASKS = 100_000  # Flower's default
CHUNK = 50_000


def main() -> None:
    """Feed the events as Celery's receiver hands them to Flower: decoded. Only the state is timed."""
    state = EventsState(None, max_tasks_in_memory=MAX_TASKS)
    events = 0
    took_s = cpu_s = 0.0
    for chunk in chunks(Path(sys.argv[1])):
        events += len(chunk)
        began, cpu_began = time.perf_counter(), time.process_time()
        for event in chunk:
            state.event(event)
        took_s += time.perf_counter() - began
        cpu_s += time.process_time() - cpu_began
    rss_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"events": events, "took_s": took_s, "cpu_s": cpu_s, "rss_bytes": rss_bytes}))


def chunks(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield lists of decoded events."""
    chunk: list[dict[str, Any]] = []
    with path.open("rb") as file:
        for line in file:
            body = json.loads(line)
            for event in body if isinstance(body, list) else [body]:
                event["local_received"] = event["timestamp"]
                chunk.append(event)
            if len(chunk) >= CHUNK:
                yield chunk
                chunk = []
    yield chunk


main()
