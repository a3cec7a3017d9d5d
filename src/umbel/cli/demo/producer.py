"""Sends the tasks of the demo for ever: ``python -m umbel.cli.demo.producer RATE``, in tasks a second.

What is sent comes from a shuffled deck of situations, so that each of them is met again and again.
"""

import itertools
import logging
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from celery import chain
from celery.exceptions import OperationalError

from umbel.cli.demo.app import app
from umbel.cli.demo.calls import (
    archive_old_recordings,
    fetch_call_recording,
    initiate_outbound_call,
    send_customer_sms,
    send_escalation_notification,
)
from umbel.cli.demo.campaigns import check_scheduled_campaigns, send_batch
from umbel.cli.demo.ringcentral import BLOCKED, BUSY, INVALID, OVERUSED

log = logging.getLogger("producer")
Situation = Callable[["Sender"], float]
"""Sends something and returns how many tasks that makes, more or less."""

NOBODY_CONSUMES: Final = "nightly"
"""A queue without a worker: what is sent there waits for ever."""
REVOKE_AFTER_S: Final = 2.0


class Sender:
    """Sends tasks with data as a restaurant has it."""

    def __init__(self, seed: int | None = None) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - not for secrets
        self._numbers = itertools.count(self.dice.randrange(400, 900))
        self._later: list[tuple[float, str, bool]] = []

    def number(self) -> int:
        """Return the next id of an escalation or a recording."""
        return next(self._numbers)

    def phone(self, ending: str | None = None) -> str:
        """Return a telephone number; the service treats some endings in its own way."""
        return f"+1555{self.dice.randrange(100, 999)}{ending or self.dice.randrange(1000, 9999)}"

    def revoke_later(self, task_id: str, *, terminate: bool) -> None:
        """Revoke a task in a while, when its worker knows it."""
        self._later.append((time.monotonic() + REVOKE_AFTER_S, task_id, terminate))

    def revoke_due(self) -> None:
        """Revoke what is due."""
        now = time.monotonic()
        due = [entry for entry in self._later if entry[0] <= now]
        self._later = [entry for entry in self._later if entry[0] > now]
        for _, task_id, terminate in due:
            app.control.revoke(task_id, terminate=terminate)


def text_customer(sender: Sender, ending: str | None = None) -> float:
    """Text a customer; most get it at once."""
    send_customer_sms.delay(customer_phone=sender.phone(ending), message="Your table is ready")
    return 1


def text_while_busy(sender: Sender) -> float:
    """Text a customer while the service is over its limit: retries, and mostly a success in the end."""
    return text_customer(sender, BUSY)


def text_in_vain(sender: Sender) -> float:
    """Text a customer while the service stays over its limit: retries, and a failure in the end."""
    return text_customer(sender, OVERUSED)


def text_nobody(sender: Sender) -> float:
    """Text a number that does not exist: a failure with frames of several files."""
    return text_customer(sender, INVALID)


def escalate(sender: Sender) -> float:
    """A customer asks for a human."""
    send_escalation_notification.delay(escalation_id=sender.number(), customer_phone=sender.phone())
    return 1


def call_and_record(sender: Sender) -> float:
    """Call, then download the recording: a chain."""
    call = initiate_outbound_call.s(customer_phone=sender.phone(), agent=sender.dice.choice(["Ana", "Bo", "Cy"]))
    chain(call, _recording(sender)).delay()
    return 2


def download_missing(sender: Sender) -> float:
    """Download a recording that is not there."""
    fetch_call_recording.delay(recording_id=sender.number(), rc_recording_uri="/recordings/missing")
    return 1


def call_blocked(sender: Sender) -> float:
    """Call a number that must not be called: rejected."""
    initiate_outbound_call.delay(customer_phone=sender.phone(BLOCKED), agent="Ana")
    return 1


def call_later(sender: Sender) -> float:
    """Call in half a minute: held by a worker until its ETA."""
    call = initiate_outbound_call.s(customer_phone=sender.phone(), agent="Bo")
    call.apply_async(countdown=sender.dice.randrange(10, 30))
    return 1


def call_off(sender: Sender) -> float:
    """Plan a text message and take it back before it is sent: revoked at its ETA."""
    sms = send_customer_sms.s(customer_phone=sender.phone(), message="Happy hour at six")
    sender.revoke_later(sms.apply_async(countdown=5).id, terminate=False)
    return 1


def break_off(sender: Sender) -> float:
    """Start a batch of mails and terminate it."""
    download = fetch_call_recording.s(recording_id=sender.number(), rc_recording_uri="/recordings/huge")
    sender.revoke_later(download.apply_async(queue="email_senders").id, terminate=True)
    return 1


def too_late(sender: Sender) -> float:
    """Send a text message that expires before it is due: revoked, unrun."""
    sms = send_customer_sms.s(customer_phone=sender.phone(), message="Lunch is served")
    sms.apply_async(countdown=4, expires=2)
    return 1


def archive_dry(_: Sender) -> float:
    """Archive without doing so: the worker ignores the result and says no end."""
    archive_old_recordings.delay(older_than_days=30, dry_run=True)
    return 1


def burst_of_mail(sender: Sender) -> float:
    """More batches at once than there are processes: some wait in the queue."""
    campaign_id = sender.dice.randrange(100, 999)
    for batch in range(1, 9):
        send_batch.delay(campaign_id=campaign_id, batch=batch, size=50)
    return 8


def campaign(_: Sender) -> float:
    """Check the campaigns by hand: a group and its chord."""
    check_scheduled_campaigns.delay()
    return 10


def _recording(sender: Sender) -> Any:  # noqa: ANN401 - a signature, without a type in the stubs
    number = sender.number()
    return fetch_call_recording.s(recording_id=number, rc_recording_uri=f"/recordings/{number}")


RARE: Final[tuple[Situation, ...]] = (
    break_off,
    text_in_vain,
    call_blocked,
    call_later,
    text_nobody,
    call_off,
    too_late,
    burst_of_mail,
    download_missing,
)
"""What happens once in a deck; at the start first of all, so that every state is soon there."""
DECK: Final[tuple[Situation, ...]] = (
    *RARE,
    archive_dry,
    *[text_customer] * 18,
    *[escalate] * 12,
    *[text_while_busy] * 4,
    *[call_and_record] * 4,
)


def situations(sender: Sender) -> Iterator[Situation]:
    """Yield what happens next, for ever: first one of each kind, then the shuffled deck again and again."""
    yield from (*RARE, escalate, call_and_record, campaign)
    while True:
        yield from sender.dice.sample(DECK, len(DECK))


def produce(rate: float) -> None:
    """Send for ever. A broker that is away is waited for."""
    sender = Sender()
    send_escalation_notification.apply_async(
        kwargs={"escalation_id": sender.number(), "customer_phone": sender.phone()}, queue=NOBODY_CONSUMES
    )
    for happen in situations(sender):
        try:
            weight = happen(sender)
            wait_s = weight / rate
            until = time.monotonic() + wait_s
            while (left_s := until - time.monotonic()) > 0:
                sender.revoke_due()
                time.sleep(min(left_s, 0.5))
        except OperationalError as error:
            log.warning("the broker is away: %s", error)
            time.sleep(1.0)


def main() -> None:
    """The program."""
    logging.basicConfig(level=logging.INFO)
    produce(float(sys.argv[1]))


if __name__ == "__main__":
    main()
