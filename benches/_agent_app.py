"""What the workers of ``benches.agent`` run.

The agent is in it where ``UMBEL_BENCH_AGENT`` is set; where that is ``arguments`` it tells these as well.
"""

import os
import time

from celery import Celery

app = Celery("benches.agent", broker=os.environ.get("UMBEL_BENCH_BROKER", "memory://"))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,  # what is acknowledged is over: so the bench knows
    worker_send_task_events=True,
    worker_prefetch_multiplier=16,
    broker_connection_retry_on_startup=True,
)
if os.environ.get("UMBEL_BENCH_AGENT"):
    from umbel.agent import watch

    watch(app, arguments=os.environ["UMBEL_BENCH_AGENT"] == "arguments")


@app.task(name="nothing")
def nothing(_customer: str, number: int) -> int:
    """Do as little as a task can."""
    return number


@app.task(name="work")
def work(_customer: str, number: int) -> int:
    """Use the processor for five milliseconds."""
    until = time.thread_time() + 0.005
    while time.thread_time() < until:
        sum(range(100))
    return number
