"""Events as real workers stamp them, made in one line each."""

from typing import Any

from umbel.model.agent import ProcessUse, Sample
from umbel.model.events import Sampled, TaskEvent, WorkerEvent
from umbel.model.wire import WORKER_SAMPLE

T0 = 1_795_251_600.0
"""The instant that all made-up events count from (epoch seconds)."""


def an_event(kind: str, at: float = 0.0, /, **fields: Any) -> TaskEvent:
    """Return a ``task-<kind>`` event, ``at`` seconds after ``T0``; its clock follows the time unless it is given."""
    given: dict[str, Any] = {
        "type": f"task-{kind}",
        "uuid": "task-1",
        "hostname": "default@app-01",
        "pid": 100,
        "clock": round(at * 1000) + 1,
        "timestamp": T0 + at,
    }
    return TaskEvent(**{**given, **fields})


def received(at: float = 0.0, /, **fields: Any) -> TaskEvent:
    """Return a ``task-received`` with a name, arguments and its number of retries."""
    given = {"name": "send_customer_sms", "args": "()", "kwargs": "{'escalation_id': 789}", "retries": 0}
    return an_event("received", at, **{**given, **fields})


def a_task_that_succeeded(uuid: str = "task-1", at: float = 0.0, /, **fields: Any) -> list[TaskEvent]:
    """Return the three events of a run that took 2.1 s."""
    return [
        received(at, uuid=uuid, **fields),
        an_event("started", at + 0.1, uuid=uuid),
        an_event("succeeded", at + 2.2, uuid=uuid, result="{'sms_sent': True}", runtime=2.1),
    ]


def a_heartbeat(at: float = 0.0, /, **fields: Any) -> WorkerEvent:
    """Return a full heartbeat of an idle worker."""
    given: dict[str, Any] = {
        "type": "worker-heartbeat",
        "hostname": "default@app-01",
        "pid": 100,
        "clock": round(at * 1000) + 1,
        "timestamp": T0 + at,
        "freq": 2.0,
        "active": 0,
        "processed": 0,
        "loadavg": (0.5, 0.4, 0.3),
        "sw_ident": "py-celery",
        "sw_ver": "5.7.0",
        "sw_sys": "Linux",
    }
    return WorkerEvent(**{**given, **fields})


def a_sample(at: float = 0.0, /, memory_bytes: int | None = 50_000_000, **fields: Any) -> Sampled:
    """Return what the agent says of a worker with a pool of one process."""
    main, child = (ProcessUse(pid=pid, memory_bytes=memory_bytes, cpu=25.0) for pid in (100, 101))
    sample = Sample(at=T0 + at, interval_s=10.0, source="proc", pool="prefork", main=main, children=(child,))
    given: dict[str, Any] = {"hostname": "default@app-01", "pid": 100, "timestamp": T0 + at, "sample": sample}
    return Sampled(type=WORKER_SAMPLE, **{**given, **fields})
