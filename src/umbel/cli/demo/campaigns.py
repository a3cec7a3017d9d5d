"""The tasks of e-mail campaigns."""

import random
from typing import Any

from celery import chord, group, shared_task

from umbel.cli.demo.pace import work


class SMTPError(Exception):
    """A mail server refused a message."""


@shared_task(name="campaigns.tasks.check_scheduled_campaigns")
def check_scheduled_campaigns() -> dict[str, Any]:
    """Start what is due: every batch of a campaign at once, and its end when the last one is sent."""
    campaign_id = random.randrange(100, 999)  # noqa: S311 - not for secrets
    batches = random.randrange(6, 10)  # noqa: S311 - not for secrets
    work(0.1, 0.4)
    header = group(send_batch.s(campaign_id=campaign_id, batch=number, size=50) for number in range(1, batches + 1))
    chord(header)(finalize_campaign.s(campaign_id=campaign_id))
    return {"started": [campaign_id], "batches": batches}


@shared_task(name="campaigns.tasks.send_batch")
def send_batch(campaign_id: int, batch: int, size: int) -> int:
    """Mail one batch; return how many were sent."""
    work(0.8, 2.5)
    return sum(deliver(campaign_id, f"guest{batch}.{number}@example.com") for number in range(size))


@shared_task(name="campaigns.tasks.finalize_campaign")
def finalize_campaign(sent: list[int], campaign_id: int) -> dict[str, int]:
    """Close a campaign whose batches are all sent."""
    work(0.2, 0.6)
    return {"campaign_id": campaign_id, "sent": sum(sent)}


def deliver(campaign_id: int, address: str) -> int:
    """Hand one message to the mail server. Raises SMTPError."""
    if random.random() < 0.0004:  # noqa: S311, PLR2004 - two batches of a hundred fail
        refuse(address, f"campaign {campaign_id}")
    return 1


def refuse(address: str, what: str) -> None:
    """Fail as a mail server does."""
    raise SMTPError(f"550 5.1.1 <{address}>: recipient rejected ({what})")
