"""Shapes of ``/api/v1/workflow``: what a task is part of."""

from datetime import datetime
from typing import Literal

from umbel.web.schemas import Schema, Verdict


class WorkflowTask(Schema, frozen=True, kw_only=True):
    """A task of the graph. ``exception`` is cut to 200 characters."""

    id: str
    name: str | None
    state: str
    verdict: Verdict | None = None
    worker: str | None = None
    retries: int = 0
    sent_at: datetime | None = None
    received_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    runtime_s: float | None = None
    exception: str | None = None


class WorkflowCrowd(Schema, frozen=True, kw_only=True):
    """Many tasks of one name, told as one; those of them that did not succeed are listed as far as there is room."""

    name: str | None
    by_state: dict[str, int]
    first_at: datetime | None = None
    last_at: datetime | None = None


class WorkflowBundle(Schema, frozen=True, kw_only=True):
    """Tasks side by side: ``tasks`` by id, ``crowds`` by their place in the answer.

    ``group_id`` is Celery's, where the result backend told it. Something waits for all of a chord: ``body`` is that
    task's id, null while nobody has seen it; ``size`` is how many it is made of, where the result backend told it.
    """

    id: str
    tasks: list[str]
    crowds: list[int]
    group_id: str | None = None
    size: int | None = None
    is_chord: bool = False
    body: str | None = None


class WorkflowEdge(Schema, frozen=True, kw_only=True):
    """From a task or bundle to a task or bundle: called while it ran, followed its end, or joined a bundle's ends."""

    source: str
    target: str
    link: Literal["called", "followed", "joined"]


class TaskWorkflow(Schema, frozen=True, kw_only=True):
    """The tree that a task belongs to. ``by_state`` counts all of it; ``complete`` is false where that is a part.

    ``critical`` are the tasks that made it take as long as it did. ``groups`` says where groups are known from:
    the result backend, or by the order of events alone, with ``groups_note`` as the reason.
    """

    root_id: str
    tasks: list[WorkflowTask]
    crowds: list[WorkflowCrowd]
    bundles: list[WorkflowBundle]
    edges: list[WorkflowEdge]
    starts: list[str]
    critical: list[str]
    by_state: dict[str, int]
    complete: bool
    groups: Literal["result backend", "events"] = "events"
    groups_note: str | None = None
