"""The parts of the agent, each by itself: what they promise when there is too much, too little, or a fault."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from celery.exceptions import SoftTimeLimitExceeded

from umbel.agent.bounded import Bounded
from umbel.agent.desk import MOST_TASKS, Desk
from umbel.agent.guard import Guard
from umbel.agent.meter import Measured, Meter, Sharing
from umbel.agent.pipe import LARGEST, Pipe
from umbel.agent.processes import Proc, Psutil, Rusage, Sampler, Source, Use, best_source
from umbel.agent.progress import fields_of
from umbel.model.wire import CPU, PEAK_MEMORY, HostSample, TaskProgress

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MB = 1_000_000


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def test_a_fault_goes_nowhere() -> None:
    """It is counted and named; a soft time limit that strikes inside a hook is the task's own, and goes on."""
    guard = Guard()

    def fail(error: type[BaseException]) -> None:
        raise error("as asked")

    assert guard.around(fail)(ZeroDivisionError) is None
    assert (guard.faults, guard.fault) == (1, "ZeroDivisionError: as asked")
    with pytest.raises(SoftTimeLimitExceeded):
        guard.around(fail)(SoftTimeLimitExceeded)


def test_the_oldest_gives_way() -> None:
    """Never more than the bound is kept, and what went is counted."""
    kept: Bounded[int] = Bounded(2)
    for number in range(5):
        kept.put(str(number), number)

    assert kept.dropped == 3
    assert kept.take("3") == 3
    assert kept.take_all() == {"4": 4}


def test_a_full_pipe_drops_and_says_so(pipe: Pipe) -> None:
    """A writer never waits, and the reader learns how many messages it did not get."""
    written = 0
    while pipe.write(["m", "x" * 1_000]):
        written += 1
    pipe.write(["m", "y" * 1_000])
    read = list(pipe.read())
    pipe.write(["m", "last"])

    assert len(read) == written
    assert list(pipe.read()) == [["m", "last"]]
    assert pipe.dropped == 2


def test_too_long_a_message_is_dropped(pipe: Pipe) -> None:
    """Only what the system writes at once is written: else messages of two processes would mix."""
    assert not pipe.write(["m", "x" * LARGEST])
    assert pipe.write(["m", "\n\t\N{SNOWMAN}"])
    assert list(pipe.read()) == [["m", "\n\t\N{SNOWMAN}"]]


@linux
def test_many_processes_share_a_pipe() -> None:
    """Messages of several writers at once arrive whole."""
    script = (
        "import os\n"
        "from umbel.agent.pipe import Pipe\n"
        "pipe = Pipe()\n"
        "for writer in range(4):\n"
        "    if os.fork() == 0:\n"
        "        for number in range(500): pipe.write(['m', writer, number, 'x' * 400])\n"
        "        os._exit(0)\n"
        "for _ in range(4): os.wait()\n"
        "found = list(pipe.read())\n"
        "assert {len(message) for message in found} == {4}, found\n"
        "assert len(found) + pipe.dropped >= 500, (len(found), pipe.dropped)\n"
        "print(len(found))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=30)

    assert int(done.stdout) > 100


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        sum(range(1_000))


@linux
def test_a_run_is_measured_by_itself() -> None:
    """A small run after a large one has the small one's peak; CPU time is of the run alone."""
    meter = Meter(Sharing.PROCESS)
    meter.begin("large")
    ballast = bytearray(200 * MB)
    del ballast
    burn(0.05)
    large = meter.end("large")
    meter.begin("small")
    small = meter.end("small")

    assert large is not None
    assert small is not None
    assert large.peak_bytes is not None
    assert small.peak_bytes is not None
    assert large.peak_bytes - small.peak_bytes > 150 * MB
    assert 0.04 < large.cpu_s < 1.0
    assert small.cpu_s < 0.04
    assert meter.end("never begun") is None


@linux
def test_the_peak_of_the_program_before_is_not_a_run_s() -> None:
    """A process that was started by a large one tells of that one's memory by ``getrusage``."""
    script = (
        "from umbel.agent.meter import Meter, Sharing\n"
        "meter = Meter(Sharing.PROCESS)\n"
        "meter.begin('a')\n"
        "print(meter.end('a').peak_bytes)\n"
    )
    large = (
        "import os, sys; ballast = b'x' * 300_000_000; os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])"
    )
    done = subprocess.run([sys.executable, "-c", large, script], check=True, capture_output=True, text=True, timeout=30)

    assert 0 < int(done.stdout) < 200 * MB


@linux
def test_the_peak_of_a_process_may_have_to_stay() -> None:
    """Where Celery judges processes by it, only a run that raised it has a peak of its own."""
    meter = Meter(Sharing.PROCESS, may_reset=False)
    ballast = bytearray(100 * MB)
    del ballast
    meter.begin("below")
    below = meter.end("below")

    assert below is not None
    assert below.peak_bytes is None


def test_threads_have_cpu_time_of_their_own_and_share_memory() -> None:
    """And tasks that take turns in a thread have neither."""
    in_thread, in_turn = Meter(Sharing.THREAD), Meter(Sharing.NOTHING)
    in_thread.begin("a")
    in_turn.begin("a")
    measured = in_thread.end("a")

    assert measured is not None
    assert measured.peak_bytes is None
    assert in_turn.end("a") is None


def test_figures_are_added_to_the_end_of_their_task(desk: Desk) -> None:
    """Once, and to nothing else; what nobody asks for gives way."""
    desk.tell_measured("a", Measured(0.5, 70 * MB))
    desk.tell_progress(TaskProgress(uuid="a", at=1.0, state="PROGRESS", fields={"current": 1}))
    desk.tell_progress(TaskProgress(uuid="b", at=1.0, state="PROGRESS", fields={"current": 2}))
    desk.note_received("a", {"umbel_sent_at": 1.5})

    assert desk.added_to("task-received", "a") == {"umbel_sent_at": 1.5}
    assert desk.added_to("task-started", "a") is None
    assert desk.added_to("task-succeeded", "a") == {CPU: 0.5, PEAK_MEMORY: 70 * MB}
    assert desk.added_to("task-succeeded", "a") is None
    assert [one["uuid"] for one in desk.progress()] == ["b"]
    for number in range(MOST_TASKS + 5):
        desk.tell_measured(str(number), Measured(0.5, None))
    assert desk.dropped() == {"figures": 5}


@pytest.mark.parametrize(
    ("meta", "fields"),
    [
        ({"current": 3, "total": 10, "note": "n" * 300}, {"current": 3, "total": 10, "note": "n" * 200}),
        (0.5, {"progress": 0.5}),
        ({"exc": ValueError("no"), 5: 1, "nan": float("nan"), "on": True}, {"on": True}),
        ("half way", {}),
        (None, {}),
    ],
)
def test_progress_is_told_in_bounded_fields(meta: object, fields: dict[str, Any]) -> None:
    """Numbers, truths and short texts; whatever else a task puts into its state stays there."""
    assert fields_of(meta) == fields


@linux
def test_both_sources_say_the_same() -> None:
    """``/proc`` and psutil agree on a process, on its host, and on one that is gone."""
    pid, gone = os.getpid(), 2**22 + 1
    sources: tuple[Source, ...] = (Proc(), Psutil())
    proc, asked = (source.read(pid) for source in sources)

    assert proc is not None
    assert asked is not None
    assert proc.rss == pytest.approx(asked.rss, rel=0.2)
    assert proc.cpu_s == pytest.approx(asked.cpu_s, abs=0.2)
    assert [source.read(gone) for source in sources] == [None, None]
    assert Proc().host()["memory_total"] == psutil.virtual_memory().total
    assert best_source().name == "proc"


def test_without_either_a_process_knows_its_own_cpu_time() -> None:
    """And says nothing of memory, which it knows at its peak only."""
    found = Rusage().read(os.getpid())

    assert found is not None
    assert found.rss is None
    assert Rusage().read(1) is None


def test_cpu_is_what_was_used_since_the_last_sample() -> None:
    """In percent of a core; unknown at first, and for a process that took another one's id."""

    class Scripted:
        name = "scripted"
        uses: dict[int, Use] = {}  # noqa: RUF012 - one test's

        def read(self, pid: int) -> Use | None:
            return self.uses.get(pid)

        def host(self) -> HostSample:
            return HostSample()

    now = 0.0
    source = Scripted()
    sampler = Sampler(source, lambda: now)
    source.uses = {1: Use(10.0, 5), 2: Use(3.0, None)}
    first = sampler.sample([1, 2, 3])
    now = 10.0
    source.uses = {1: Use(15.0, 6), 2: Use(1.0, None)}

    assert first == [{"pid": 1, "rss": 5}, {"pid": 2}]
    assert sampler.sample([1, 2]) == [{"pid": 1, "rss": 6, "cpu": 50.0}, {"pid": 2}]


def test_a_retry_that_is_over_before_the_attempt_before_it_is_told(desk: Desk) -> None:
    """Each end takes the figures of its own run: the first one those that came first."""
    desk.tell_measured("task-1", Measured(0.25, None))
    desk.tell_measured("task-1", Measured(0.5, 1_000_000))
    assert desk.added_to("task-retried", "task-1") == {CPU: 0.25}
    assert desk.added_to("task-succeeded", "task-1") == {CPU: 0.5, PEAK_MEMORY: 1_000_000}
    assert desk.added_to("task-succeeded", "task-1") is None
