"""The application that tests monitor: tasks that end in every way, and note in a ledger what happened.

Broker, result backend and ledger are named by ``UMBEL_TEST_BROKER``, ``UMBEL_TEST_BACKEND`` and
``UMBEL_TEST_LEDGER``. It imports Celery and the standard library only: workers of any Celery version run it.
``UMBEL_TEST_AGENT`` (the arguments of ``watch`` as JSON) lets Umbel's agent run in it.
"""
# ruff: noqa: ANN401 - Celery hands tasks what it likes

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any, NoReturn

from celery import Celery, Task, chain, chord, group
from celery.contrib.abortable import AbortableTask
from celery.exceptions import Ignore, Reject

app = Celery("tests.support.celery_app")
app.conf.update(
    broker_url=os.environ.get("UMBEL_TEST_BROKER", "memory://"),
    result_backend=os.environ.get("UMBEL_TEST_BACKEND", "cache+memory://"),
    broker_connection_retry_on_startup=True,
    result_extended=True,
    task_send_sent_event=os.environ.get("UMBEL_TEST_SENT_EVENTS", "1") == "1",
    worker_prefetch_multiplier=4,
    worker_hijack_root_logger=True,
    worker_pool_restarts=os.environ.get("UMBEL_TEST_POOL_RESTARTS") == "1",
    timezone=os.environ.get("UMBEL_TEST_TIMEZONE"),
    beat_schedule=json.loads(os.environ.get("UMBEL_TEST_SCHEDULE", "{}")),
)

if os.environ.get("UMBEL_TEST_AGENT"):
    from umbel.agent import watch

    watch(app, **json.loads(os.environ["UMBEL_TEST_AGENT"]))


def note(**fields: Any) -> None:
    """Append one line to the ledger; lines of several processes never mix."""
    path = os.environ.get("UMBEL_TEST_LEDGER")
    if not path:
        return
    line = json.dumps({**fields, "at": time.time()}) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode("utf-8", "backslashreplace"))
    finally:
        os.close(handle)


class Noted(Task):  # type: ignore[type-arg]  # generic in the stubs alone
    """A task that notes each run: what it was called with, who ran it, and how it went."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task between two notes."""
        request = self.request
        about = {"id": request.id, "name": self.name, "retries": request.retries, "worker": request.hostname}
        note(what="run", args=repr(args), kwargs=repr(kwargs), pid=os.getpid(), **about)
        began = time.monotonic()
        try:
            value = self.run(*args, **kwargs)
        except BaseException as error:
            note(what="raised", error=type(error).__name__, runtime_s=time.monotonic() - began, **about)
            raise
        note(what="returned", value=repr(value), runtime_s=time.monotonic() - began, **about)
        return value


@app.task(base=Noted)
def add(x: int, y: int) -> int:
    """Return the sum."""
    return x + y


@app.task(base=Noted)
def fail(message: str = "nothing works") -> NoReturn:
    """Raise ValueError."""
    raise ValueError(message)


@app.task(base=Noted, bind=True, max_retries=5)
def flaky(self: Any, failures: int = 2, countdown_s: float = 0.0) -> int:
    """Retry ``failures`` times and then return how often it was tried."""
    if self.request.retries < failures:
        raise self.retry(exc=ConnectionError("the other side hung up"), countdown=countdown_s)
    return int(self.request.retries) + 1


@app.task(base=Noted, bind=True, max_retries=2)
def always_retry(self: Any) -> NoReturn:
    """Fail three times and give up."""
    raise self.retry(exc=KeyError("never there"), countdown=0)


@app.task(base=Noted)
def send_sms(to: str, text: str = "") -> str:
    """Send nothing, and refuse what is no number."""
    if not to.removeprefix("+").isdigit():
        raise ValueError(f"not a number: {to}")
    return f"{text!r} to {to}"


@app.task(base=Noted)
def sleep(seconds: float) -> float:
    """Take ``seconds`` and return them."""
    time.sleep(seconds)
    return seconds


@app.task(base=AbortableTask, bind=True)
def abortable(self: Any, seconds: float = 30.0) -> str:
    """Look every tenth of a second whether it is aborted."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if self.is_aborted():
            note(what="aborted", id=self.request.id)
            return "stopped when asked to"
        time.sleep(0.1)
    return "ran to its end"


@app.task(base=Noted)
def ignore() -> NoReturn:
    """End without an outcome: the worker tells nobody."""
    raise Ignore


@app.task(base=Noted, acks_late=True)
def reject() -> NoReturn:
    """Be rejected for good."""
    raise Reject("not wanted", requeue=False)


@app.task(base=Noted, bind=True)
def replace(self: Any) -> Any:
    """Go on under the same id as a chain of two additions."""
    return self.replace(chain(add.s(1, 2), add.s(3)))


@app.task(base=Noted, bind=True)
def hostile(self: Any, text: str = "") -> str:
    """Return a text that is hard to show: markup, controls, right-to-left, astral, a lone surrogate."""
    return text + "<script>alert('x')</script> \x00\x1b[31m \u202egnp.exe \U0001f33c \ud83d %s {} '\"\\"


@app.task(base=Noted)
def big(size: int = 50_000) -> str:
    """Return a long text."""
    return "R" * size


@app.task(base=Noted, bind=True)
def progress(self: Any, steps: int = 3) -> int:
    """Tell how far it is, by custom events."""
    for step in range(1, steps + 1):
        self.send_event("task-progress", done=step, total=steps, note=f"step {step}")
    return steps


@app.task(base=Noted, bind=True)
def download(self: Any, megabytes: int = 50, steps: int = 3, step_s: float = 0.5, token: str = "") -> int:
    """Hold memory and use the processor, and say by ``update_state`` how far it is."""
    for step in range(1, steps + 1):
        ballast = bytearray(megabytes * 1_000_000)
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            sum(range(1_000))
        del ballast
        self.update_state(state="PROGRESS", meta={"current": step, "total": steps})
        time.sleep(step_s)
    return steps


@app.task(base=Noted, time_limit=1)
def hard_limit() -> None:
    """Run into the hard time limit."""
    time.sleep(30)


@app.task(base=Noted)
def die() -> None:
    """Kill the process that runs it, as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


@app.task(base=Noted)
def silent() -> int:
    """Be run without an event of the worker."""
    return 1


silent.send_events = False


@app.task(base=Noted, bind=True)
def parent(self: Any, children: int = 2) -> list[str]:
    """Start children and return their ids."""
    return [add.delay(number, number).id for number in range(children)]


@app.task(base=Noted)
def total(numbers: list[int]) -> int:
    """Return the sum, as the body of a chord."""
    return sum(numbers)


@app.task(base=Noted)
def canvas(width: int = 4) -> str:
    """Start a step, then a group of as many, then their sum, then a last step; return the last one's id."""
    members = group(add.s(number) for number in range(width))
    return str(chain(add.s(1, 2), members, total.s(), add.s(1)).delay().id)


@app.task(base=Noted)
def fan_out(width: int = 3) -> str:
    """Start a chord and return its id."""
    return str(chord(group(add.s(number, 1) for number in range(width)), total.s()).delay().id)
