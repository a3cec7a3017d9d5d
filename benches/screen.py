"""Measure what a person sees: how soon a change is on the screen, how soon a page stands, how smoothly it moves.

    python -m benches.screen                           a minute of 5,000 events/s
    python -m benches.screen --rate 2000 --seconds 600
    python -m benches.screen --store tasks.db          over a store that is there

A real Redis, a real server and a real Chromium; the events are sent by Celery's own dispatcher. "Event to screen" is
from just before an event is sent to the moment at which the row in the list of tasks shows its state, by one clock.
Needs the npm packages (`python3 dev.py setup`) and a built UI. Everything shares this machine's cores, the browser's
drawing (without a graphics processor) too, so that it is an upper bound.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import celery

from benches._machine import load, machine
from tests.support.services import RedisServer
from tests.support.traffic import Traffic
from tests.support.umbel import Umbel

ROOT: Final = Path(__file__).resolve().parents[1]
PROBES: Final = 60
PROBE: Final = "bench.probe"
MIB: Final = 2**20
LONG_MS: Final = 50.0
STARTS: Final = 5


class Screen:
    """A browser that looks at Umbel."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.browser: str = self._answer()["browser"]

    def ask(self, do: str, **given: object) -> Any:  # noqa: ANN401 - JSON
        """Let it do something and return what it found."""
        assert self._process.stdin is not None
        print(json.dumps({"do": do, **given}), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Any:  # noqa: ANN401 - JSON
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("the browser ended; see above")
        return json.loads(line)


@contextmanager
def a_screen(url: str) -> Iterator[Screen]:
    """Yield a browser for the time of the block."""
    command = [sys.executable, "hatch_build.py", "npm", "exec", "--", "node", "scripts/watch-screen.js", url]
    with subprocess.Popen(  # noqa: S603  # our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        yield Screen(process)
        assert process.stdin is not None
        process.stdin.close()


class Probes:
    """Tasks of a name of their own, of which each step is sent by itself and its instant noted."""

    def __init__(self, url: str) -> None:
        self._app = celery.Celery("probe", broker=url, set_as_current=False)
        self._connection = self._app.connection_for_write()
        self._events = self._app.events.Dispatcher(self._connection, hostname="probe@bench")
        self.ids = [str(uuid.uuid4()) for _ in range(PROBES)]
        self.sent_ms: dict[str, float] = {}

    def receive(self) -> None:
        """Let all of them be received."""
        for task_id in self.ids:
            self._events.send("task-received", uuid=task_id, name=PROBE, args="()", kwargs="{}", retries=0)

    def step(self, task_id: str, type_: str, word: str, **fields: object) -> None:
        """Take one of them a step further."""
        self.sent_ms[f"{task_id} {word}"] = time.time() * 1_000
        self._events.send(type_, uuid=task_id, **fields)

    def close(self) -> None:
        """Let go of the broker."""
        self._connection.release()
        self._app.close()


def latencies(umbel: Umbel, broker: str, screen: Screen, seconds: float) -> list[float]:
    """Return how many milliseconds each change took to the screen; fail where one never came."""
    probes = Probes(broker)
    probes.receive()
    _wait(lambda: len(umbel.get("tasks", search=f"name:{PROBE}", limit=500)["items"]) == PROBES)
    screen.ask("watch", path=f"/tasks?search=name:{PROBE}")
    pause_s = seconds / (2 * PROBES)
    for type_, word, fields in (
        ("task-started", "running", {}),
        ("task-succeeded", "success", {"result": "None", "runtime": 0.1}),
    ):
        for task_id in reversed(probes.ids[-40:]):  # the newest: their rows are on the screen
            probes.step(task_id, type_, word, **fields)
            time.sleep(pause_s)
    time.sleep(2.0)
    seen: Mapping[str, float] = screen.ask("report")["seen"]
    probes.close()
    on_screen = {task_id for task_id, _, _ in (key.partition(" ") for key in seen)}
    wanted = {key: at for key, at in probes.sent_ms.items() if key.partition(" ")[0] in on_screen}
    missing = sorted(wanted.keys() - seen.keys())
    assert wanted, "no row of a probe was on the screen"
    assert not missing, f"never on the screen: {missing[:3]}"
    return [seen[key] - at for key, at in wanted.items()]


def _wait(is_true: Any, within_s: float = 30.0) -> None:  # noqa: ANN401 - a question without arguments
    until = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.2)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def tell_frames(what: str, found: Mapping[str, Any]) -> None:
    """Print how the frames came."""
    gaps: list[float] = found["gaps"]
    late = f"{sum(gap > LONG_MS for gap in gaps)} of {len(gaps)} over {LONG_MS:.0f} ms"
    per_s = len(gaps) / (sum(gaps) / 1_000)
    heap = f"heap {found['heapBefore'] / MIB:.1f} to {found['heapAfter'] / MIB:.1f} MiB"
    print(f"{what:<20}{per_s:>4.0f} frames/s, p99 {percentile(gaps, 0.99):.0f} ms, {late}; {heap}")


def main() -> None:
    """Run it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=5_000.0, help="events a second beside the measured ones")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--store", help="a store that is there")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="umbel-bench-")))
        broker = stack.enter_context(RedisServer(folder))
        umbel = stack.enter_context(Umbel(folder, broker.url, store=options.store))
        umbel.wait_until_connected()
        screen = stack.enter_context(a_screen(umbel.url))
        print(f"{machine()}; load {load()}; Chromium {screen.browser}; {options.rate:,.0f} events/s\n")
        with Traffic(broker.url, rate=options.rate):
            time.sleep(5.0)
            took = latencies(umbel, broker.url, screen, options.seconds)
            quarter = options.seconds / 4
            shown = screen.ask("frames", path="/tasks", seconds=quarter, scrolls=False)
            overview = screen.ask("frames", path="/", seconds=quarter, scrolls=False)
            monitor = screen.ask("frames", path="/monitor", seconds=quarter, scrolls=False)
        scrolled = screen.ask("frames", path="/tasks", seconds=5, scrolls=True)
        starts = [screen.ask("start", path="/", slowdown=4, ready="main h1") for _ in range(STARTS)]
        lag_s = umbel.health()["collector"]["lag_s"]
    shares = f"p50 {statistics.median(took):.0f} ms, p99 {percentile(took, 0.99):.0f} ms"
    print(f"event to screen, {len(took)} changes: {shares}")
    tell_frames("Tasks, live", shown)
    tell_frames("Overview, live", overview)
    tell_frames("Monitor, live", monitor)
    tell_frames("Tasks, scrolling", scrolled)
    for what in ("heading", "answered"):
        times = [one[what] for one in starts]
        print(f"Overview at 4x slow-down, {what:<9} {statistics.median(times):.0f} ms, at worst {max(times):.0f} ms")
    print(f"lag of the collector at the end: {lag_s:.2f} s")


if __name__ == "__main__":
    main()
