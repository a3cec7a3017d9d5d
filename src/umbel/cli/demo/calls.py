"""The tasks around telephone calls."""

import random
from datetime import UTC, datetime
from typing import Any

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject

from umbel.cli.demo.pace import work
from umbel.cli.demo.ringcentral import BLOCKED, RingCentralAPIError, RingCentralClient

client = RingCentralClient()
CHUNKS = 8


@shared_task(name="send_escalation_notification")
def send_escalation_notification(escalation_id: int, customer_phone: str) -> dict[str, Any]:
    """Tell a human that a customer wants one."""
    client.send_sms(customer_phone, f"We will call you back about {escalation_id}")
    work(0.3, 1.0)
    return {"sms_sent": True, "notification_sent": True}


@shared_task(bind=True, name="send_customer_sms", max_retries=3)
def send_customer_sms(self: "Task[Any, Any]", customer_phone: str, message: str) -> dict[str, str]:
    """Text a customer, up to four times while the service is busy."""
    try:
        client.send_sms(customer_phone, message)
    except RingCentralAPIError as error:
        if "Rate limit" not in str(error):
            raise
        raise self.retry(exc=error, countdown=3 + 2 * self.request.retries) from error
    return {"status": "sent", "to": customer_phone}


@shared_task(bind=True, name="initiate_outbound_call", acks_late=True)
def initiate_outbound_call(self: "Task[Any, Any]", customer_phone: str, agent: str) -> dict[str, str]:
    """Call a customer; numbers that must not be called are rejected for good."""
    if customer_phone.endswith(BLOCKED):
        raise Reject(f"{customer_phone} is on the do-not-call list", requeue=False)
    client.call(customer_phone)
    return {"status": "connected", "agent": agent, "session": str(self.request.id)[:8]}


@shared_task(bind=True, name="fetch_call_recording")
def fetch_call_recording(self: "Task[Any, Any]", *_: Any, recording_id: int, rc_recording_uri: str) -> dict[str, str]:
    """Download a recording, telling how far it is."""
    size = client.recording_size(rc_recording_uri)
    for chunk in range(1, CHUNKS + 1):
        work(0.4, 1.2)
        done = {"current": chunk * size // CHUNKS, "total": size, "note": "downloading"}
        self.update_state(state="PROGRESS", meta=done)
    return {"file_path": f"/var/www/recordings/{datetime.now(UTC):%Y/%m}/recording_{recording_id}.mp3"}


@shared_task(name="cleanup_old_recordings")
def cleanup_old_recordings(older_than_days: int = 90) -> dict[str, int]:
    """Delete what nobody may keep any longer."""
    work(0.5, 2.0)
    return {"deleted": random.randrange(40), "older_than_days": older_than_days}  # noqa: S311 - not for secrets


@shared_task(name="archive_old_recordings")
def archive_old_recordings(older_than_days: int = 30, *, dry_run: bool = False) -> dict[str, int]:
    """Move old recordings away; a dry run leaves no result."""
    work(1.0, 3.0)
    if dry_run:
        raise Ignore
    return {"archived": random.randrange(120), "older_than_days": older_than_days}  # noqa: S311 - not for secrets
