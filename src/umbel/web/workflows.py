"""Reads what a task is part of: its family from the store, its groups from the result backend."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from umbel.model.families import Family, Kin
from umbel.model.tasks import OVER_STATES
from umbel.model.workflow import NO_GROUPS, Groups, began, workflow_of
from umbel.store.protocols import FamilyReader
from umbel.web import convert, workflow_schemas as schemas
from umbel.web.schemas import Verdict
from umbel.web.views import Views

ASKED_AT_MOST: Final = 1_000
"""Of so many tasks the group is looked up, the oldest first."""
_NEIGHBOURS: Final = 500
_JUDGED_AT_MOST: Final = 100

LookUp = Callable[[Sequence[str]], Groups]
"""Returns what the result backend knows of the groups of these tasks; never raises."""


class Workflows:
    """Puts workflows together. ``groups`` asks the result backend, ``why_none`` says why that cannot be read."""

    def __init__(
        self,
        views: Views,
        *,
        groups: LookUp = lambda _: NO_GROUPS,
        why_none: Callable[[], str | None] = lambda: "no result backend is known",
    ) -> None:
        self._views = views
        self._groups = groups
        self._why_none = why_none

    def of(self, task_id: str) -> schemas.TaskWorkflow | None:
        """Return the workflow of a task, ``None`` where it is not stored. Raises StoreError."""
        families = self._views.store.families
        found = families.kin([task_id])
        if not found:
            return None
        family = families.family(found[0].root_id or task_id)
        if all(one.id != task_id for one in family.kin):
            family = _with(family, found)
        groups = self._groups([one.id for one in family.kin[:ASKED_AT_MOST]])
        family, groups = self._with_members(families, family, groups)
        return self._told(family, groups)

    def _with_members(self, families: FamilyReader, family: Family, groups: Groups) -> tuple[Family, Groups]:
        """Add the members of a group that a producer sent: their events name no common parent.

        They have the same name and were sent with it, so they stand next to it in the order of arrival; whether they
        are of the group the result backend says.
        """
        root = next((one for one in family.kin if one.id == family.root_id), None)
        wanted = groups.of_task.get(family.root_id)
        if root is None or wanted is None:
            return family, groups
        near = [one for one in families.neighbours(root.id, _NEIGHBOURS) if one.id != root.id]
        theirs = self._groups([one.id for one in near])
        members = [one for one in near if theirs.of_task.get(one.id) == wanted]
        if not members:
            return family, groups
        return _with(family, members), Groups(
            of_task={**groups.of_task, **{one.id: wanted for one in members}}, waiting=groups.waiting
        )

    def _told(self, family: Family, groups: Groups) -> schemas.TaskWorkflow:
        flow = workflow_of(family, groups)
        verdicts = self._verdicts(family.kin)
        note = self._why_none()
        return schemas.TaskWorkflow(
            root_id=family.root_id,
            tasks=[_task(one, verdicts.get(one.id)) for one in family.kin],
            crowds=[
                schemas.WorkflowCrowd(
                    name=one.name,
                    by_state=one.by_state,
                    first_at=convert.instant(one.first_at),
                    last_at=convert.instant(one.last_at),
                )
                for one in family.crowds
            ],
            bundles=[
                schemas.WorkflowBundle(
                    id=one.id,
                    tasks=list(one.tasks),
                    crowds=list(one.crowds),
                    group_id=one.group_id,
                    size=one.size,
                    is_chord=one.is_chord,
                    body=one.body,
                )
                for one in flow.bundles
            ],
            edges=[
                schemas.WorkflowEdge(source=one.source, target=one.target, link=one.link.value) for one in flow.edges
            ],
            starts=list(flow.starts),
            critical=list(flow.critical),
            by_state=family.by_state,
            complete=family.complete,
            groups="events" if note else "result backend",
            groups_note=note,
        )

    def _verdicts(self, kin: Collection[Kin]) -> dict[str, Verdict]:
        """Judge those that are not over, as far as there is room."""
        open_ones = [one.id for one in kin if one.state not in OVER_STATES][:_JUDGED_AT_MOST]
        judged = ((one.id, self._views.verdict(one)) for one in self._views.store.tasks_by_id(open_ones))
        return {
            task_id: Verdict(code=verdict.code, text=verdict.text, severity=verdict.severity.value)
            for task_id, verdict in judged
            if verdict is not None
        }


def _with(family: Family, more: Sequence[Kin]) -> Family:
    """Return the family with more tasks, in the order in which they began."""
    states = dict(family.by_state)
    for one in more:
        states[one.state] = states.get(one.state, 0) + 1
    return Family(
        root_id=family.root_id,
        kin=tuple(sorted((*family.kin, *more), key=lambda one: began(one) or 0.0)),
        crowds=family.crowds,
        by_state=states,
        complete=family.complete,
    )


def _task(one: Kin, verdict: Verdict | None) -> schemas.WorkflowTask:
    return schemas.WorkflowTask(
        id=one.id,
        name=one.name,
        state=one.state,
        verdict=verdict,
        worker=one.worker,
        retries=one.retries,
        sent_at=convert.instant(one.sent_at),
        received_at=convert.instant(one.received_at),
        started_at=convert.instant(one.started_at),
        finished_at=convert.instant(one.finished_at),
        runtime_s=one.runtime_s,
        exception=one.exception,
    )
