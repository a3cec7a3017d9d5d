"""The Celery application of the demo: a restaurant that calls and texts its customers and mails campaigns.

It is a user's application as Umbel meets them: the agent is all that it knows of Umbel. Its broker, result backend and
pace are named by UMBEL_DEMO_BROKER, UMBEL_DEMO_BACKEND and UMBEL_DEMO_PACE.
"""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

from umbel.agent import watch

app = Celery("restaurant", include=["umbel.cli.demo.calls", "umbel.cli.demo.campaigns"])
watch(app, arguments=True)
app.conf.update(
    broker_url=os.environ.get("UMBEL_DEMO_BROKER", "memory://"),
    result_backend=os.environ.get("UMBEL_DEMO_BACKEND", "cache+memory://"),
    broker_connection_retry_on_startup=True,
    result_expires=600,
    result_extended=True,
    task_default_queue="default",
    task_queues=[Queue("default"), Queue("email_senders")],
    task_routes={"campaigns.tasks.send_batch": "email_senders"},
    task_send_sent_event=True,
    worker_send_task_events=True,
    worker_prefetch_multiplier=1,
    timezone="UTC",
    beat_schedule={
        "check-campaigns": {"task": "campaigns.tasks.check_scheduled_campaigns", "schedule": 15.0},
        "cleanup-recordings": {"task": "cleanup_old_recordings", "schedule": 40.0, "kwargs": {"older_than_days": 90}},
        "archive-recordings": {"task": "archive_old_recordings", "schedule": 60.0, "kwargs": {"older_than_days": 30}},
        "nightly-cleanup": {"task": "cleanup_old_recordings", "schedule": crontab(hour="2", minute="0")},
        "nightly-archive": {"task": "archive_old_recordings", "schedule": crontab(hour="3", minute="0")},
    },
)
