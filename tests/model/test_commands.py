"""A bad value never reaches a worker: what is refused, and the sentence that says why."""

from __future__ import annotations

import msgspec
import pytest

from umbel.model import commands
from umbel.model.commands import BadCommand, Command, check, confirmation_of

W = ["w1@x"]

BAD: list[tuple[Command, str]] = [
    (commands.Revoke(ids=[]), "no task id is named"),
    (commands.Revoke(ids=["a", " "]), "a task id is empty"),
    (commands.Terminate(ids=["a", "a"]), "a task id is named twice"),
    (commands.PoolGrow(workers=[]), "no worker is named"),
    (commands.PoolGrow(workers=[""]), "a worker is empty"),
    (commands.PoolGrow(workers=W, by=0), "by is 0; a pool changes by 1 to 100 at once"),
    (commands.PoolShrink(workers=W, by=101), "by is 101"),
    (commands.Autoscale(workers=W, least=5, most=2), "autoscale with least 5 and most 2"),
    (commands.Autoscale(workers=W, least=0, most=0), "autoscale with least 0 and most 0"),
    (commands.AddConsumer(workers=W, queue=""), "a queue name is empty"),
    (commands.AddConsumer(workers=W, queue="a\n"), "queue name 'a\\n' has blanks at its ends"),
    (commands.CancelConsumer(workers=W, queue="celeryev.1"), "a queue of Celery's own messages"),
    (commands.RateLimit(everywhere=True, task="t", rate="ten"), "rate 'ten' is none; allowed are 10, 10/s"),
    (commands.RateLimit(everywhere=True, task="t", rate="-1/m"), "rate '-1/m' is none"),
    (commands.RateLimit(everywhere=True, task="", rate="1/m"), "a task name is empty"),
    (commands.RateLimit(task="t", rate="1/m"), "no worker is named"),
    (commands.RateLimit(workers=W, everywhere=True, task="t", rate="1/m"), "both single workers and everywhere"),
    (commands.TimeLimit(workers=W, task="t", soft_s=9, hard_s=3), "soft time limit (9 s) is above the hard one (3 s)"),
    (commands.TimeLimit(workers=W, task="t", hard_s=0), "a hard time limit of 0 s is none"),
    (commands.Purge(queue=" "), "a queue name is empty"),
    (commands.Purge(queue="x.reply.celery.pidbox"), "Celery's own messages"),
    (commands.SendTask(name=""), "a task name is empty"),
]


@pytest.mark.parametrize(("command", "why"), BAD)
def test_what_no_worker_should_see(command: Command, why: str) -> None:
    """The sentence names the value and what is allowed."""
    with pytest.raises(BadCommand) as refused:
        check(command)
    assert why in str(refused.value)


@pytest.mark.parametrize("rate", ["0", "10", "10/s", "10/m", "0.5/h"])
def test_forms_of_a_rate(rate: str) -> None:
    """Celery's own forms."""
    check(commands.RateLimit(everywhere=True, task="t", rate=rate))


def test_limits_may_be_lifted() -> None:
    """Both at once, or one of them."""
    check(commands.TimeLimit(workers=W, task="t"))
    check(commands.TimeLimit(workers=W, task="t", soft_s=3, hard_s=3))


def test_commands_are_told_apart_by_their_name() -> None:
    """One body for all of them; what does not belong to a command is refused."""
    decoder = msgspec.json.Decoder(Command)
    assert decoder.decode(b'{"command":"purge","queue":"q"}') == commands.Purge(queue="q")
    for wrong in (b'{"command":"format_disk"}', b'{"command":"purge","queue":"q","all":true}', b'{"command":"revoke"}'):
        with pytest.raises(msgspec.ValidationError):
            decoder.decode(wrong)


def test_what_has_to_be_typed() -> None:
    """What cannot be taken back needs the name of what it is done to."""
    assert confirmation_of(commands.Purge(queue="mails")) == "mails"
    assert confirmation_of(commands.Shutdown(workers=["w1@x"])) == "w1@x"
    assert confirmation_of(commands.Shutdown(workers=["w1@x", "w2@x"])) == "shut down 2 workers"
    assert confirmation_of(commands.Terminate(ids=["a"])) == "terminate"
    assert confirmation_of(commands.Revoke(ids=["a"])) is None
