"""What followed what: a family of tasks as chains, groups and chords, read from who called whom and when.

Celery's events name a task's parent and root, and nothing of its canvas. What is drawn from that:

- a task that began when its parent had ended *followed* it (a chain, a callback), any other was *called* by it;
- tasks that one parent called, or that followed it, side by side are a *bundle* (a group, or calls of one loop);
- of a chord, Celery's body has the member of the header that ended last as its parent (``celery.backends.base``,
  ``on_chord_part_return``): one task that followed one member of a bundle when all others had ended *joins* it.

Where the result backend tells groups, these are what they are and nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from umbel.model.families import Crowd, Family, Kin
from umbel.model.tasks import OVER_STATES

_MARGIN_S: Final = 0.05
"""A worker sends what follows a task just before it says that the task ended: by so much, or this share of its run."""
_MARGIN: Final = 0.02


class Link(StrEnum):
    """How a task came to be: ``CALLED`` while its parent ran, ``FOLLOWED`` when it had ended, ``JOINED`` a bundle."""

    CALLED = "called"
    FOLLOWED = "followed"
    JOINED = "joined"


class Edge(Struct, frozen=True, kw_only=True):
    """From a task, or from a bundle by its id, to a task or a bundle."""

    source: str
    target: str
    link: Link


class Bundle(Struct, frozen=True, kw_only=True):
    """Tasks side by side. ``group_id`` is Celery's where it is known; ``size`` is how many a chord waits for.

    ``tasks`` are those that are told one by one, ``crowds`` the places of crowds in the family. ``is_chord`` says that
    something waits for all of them, ``body`` what that is, ``None`` while nobody has seen it.
    """

    id: str
    tasks: tuple[str, ...]
    crowds: tuple[int, ...] = ()
    group_id: str | None = None
    size: int | None = None
    is_chord: bool = False
    body: str | None = None


class Workflow(Struct, frozen=True, kw_only=True):
    """The graph of a family. ``starts`` are tasks and bundles that nothing in it led to.

    ``critical`` are the tasks, in their order, that made it take as long as it did.
    """

    starts: tuple[str, ...]
    edges: tuple[Edge, ...]
    bundles: tuple[Bundle, ...]
    critical: tuple[str, ...]


class Groups(Struct, frozen=True, kw_only=True):
    """What a result backend tells: the group of a task, and of how many tasks a waiting chord is made."""

    of_task: Mapping[str, str] = {}
    waiting: Mapping[str, int] = {}


NO_GROUPS: Final = Groups()


def workflow_of(family: Family, groups: Groups = NO_GROUPS) -> Workflow:
    """Return how the tasks of a family hang together."""
    return _Drawing(family, groups).workflow()


def began(one: Kin) -> float | None:
    """Return the first instant that is known of a task (epoch seconds)."""
    return next((at for at in (one.sent_at, one.received_at, one.started_at) if at is not None), None)


def followed(parent: Kin, child: Kin) -> bool:
    """Whether a task came when its parent had ended, and not while it ran."""
    at = began(child)
    if at is None or parent.finished_at is None:
        return False
    ran_s = parent.runtime_s or 0.0
    if at >= parent.finished_at:
        return True
    if at < parent.finished_at - max(_MARGIN_S, ran_s * _MARGIN):
        return False
    return ran_s > 2 * _MARGIN_S or _takes_its_result(parent, child)


def _takes_its_result(parent: Kin, child: Kin) -> bool:
    """Whether the first argument is the parent's result, as a chain hands it on."""
    return bool(parent.result and child.args and child.args.lstrip("([").startswith(parent.result))


_Key = tuple[str, Link | str]


class _Drawing:
    def __init__(self, family: Family, groups: Groups) -> None:
        self._kin = {one.id: one for one in family.kin}
        self._order = {one.id: place for place, one in enumerate(family.kin)}
        self._family = family
        self._groups = groups
        self._hidden = self._in_crowds(family.crowds)
        self._links = {one.id: self._link(one) for one in family.kin}
        self._bundles: list[Bundle] = []
        self._edges: list[Edge] = []

    def workflow(self) -> Workflow:
        self._bundle()
        self._join()
        targets = {edge.target for edge in self._edges}
        inside = {task for bundle in self._bundles for task in bundle.tasks}
        everything = [*(task for task in self._kin if task not in inside), *(one.id for one in self._bundles)]
        return Workflow(
            starts=tuple(one for one in everything if one not in targets),
            edges=tuple(self._edges),
            bundles=tuple(self._bundles),
            critical=self._critical(),
        )

    def _in_crowds(self, crowds: Sequence[Crowd]) -> dict[str, int]:
        """Return the tasks that are told one by one and belong to a crowd, with its place."""
        places = {(crowd.parent_id, crowd.name): place for place, crowd in enumerate(crowds)}
        found = ((one.id, places.get((one.parent_id, one.name))) for one in self._kin.values())
        return {task_id: place for task_id, place in found if place is not None}

    def _link(self, one: Kin) -> tuple[str, Link] | None:
        """Return who led to a task, and how. A task of a cycle (``Task.replace``) that leads to itself has nobody."""
        parent = self._kin.get(one.parent_id or "")
        if parent is None or one.id in (parent.id, self._family.root_id) or self._is_above(one, parent):
            return None
        return parent.id, Link.FOLLOWED if followed(parent, one) else Link.CALLED

    def _is_above(self, one: Kin, other: Kin) -> bool:
        """Whether ``one`` is an ancestor of ``other``."""
        seen = {other.id}
        above = self._kin.get(other.parent_id or "")
        while above is not None and above.id not in seen:
            if above.id == one.id:
                return True
            seen.add(above.id)
            above = self._kin.get(above.parent_id or "")
        return False

    def _bundle(self) -> None:
        """Put side by side what one parent led to in one way, and what the backend says is one group."""
        by_key: defaultdict[_Key, list[str]] = defaultdict(list)
        for task_id, link in self._links.items():
            group = self._groups.of_task.get(task_id)
            if group is not None and not self._is_body(task_id, group):
                by_key["", group].append(task_id)
            elif link is not None:
                by_key[link].append(task_id)
        for (parent, how), tasks in by_key.items():
            crowds = tuple(sorted({self._hidden[task] for task in tasks if task in self._hidden}))
            group = None if parent else str(how)
            if len(tasks) < 2 and not crowds and group is None:  # noqa: PLR2004  # one is no bundle
                self._edges.append(Edge(source=parent, target=tasks[0], link=Link(how)))
                continue
            self._add_bundle(tasks, crowds, group)
        self._add_bare_crowds()

    def _add_bare_crowds(self) -> None:
        """Add the crowds of which no task is told one by one."""
        told = {place for bundle in self._bundles for place in bundle.crowds}
        for place, crowd in enumerate(self._family.crowds):
            if place in told:
                continue
            self._add_bundle([], (place,), None)
            parent = self._kin.get(crowd.parent_id or "")
            if parent is not None:
                ended, at = parent.finished_at, crowd.first_at
                link = Link.FOLLOWED if ended is not None and at is not None and at >= ended else Link.CALLED
                self._edges.append(Edge(source=parent.id, target=self._bundles[-1].id, link=link))

    def _is_body(self, task_id: str, group: str) -> bool:
        """Whether a task of a group is the body of its chord: no member has another member as its parent."""
        link = self._links[task_id]
        return link is not None and self._groups.of_task.get(link[0]) == group

    def _add_bundle(self, tasks: list[str], crowds: tuple[int, ...], group: str | None) -> None:
        size = self._groups.waiting.get(group or "")
        bundle = Bundle(
            id=f"bundle-{len(self._bundles)}",
            tasks=tuple(sorted(tasks, key=self._order.__getitem__)),
            crowds=crowds,
            group_id=group,
            size=size,
            is_chord=size is not None,
        )
        self._bundles.append(bundle)
        for source, link in dict.fromkeys(link for link in map(self._links.get, tasks) if link is not None):
            if source not in tasks:
                self._edges.append(Edge(source=source, target=bundle.id, link=link))

    def _join(self) -> None:
        """Find the bodies of chords."""
        for place, bundle in enumerate(self._bundles):
            body = self._body_of(bundle)
            if body is not None:
                self._bundles[place] = Bundle(
                    id=bundle.id,
                    tasks=bundle.tasks,
                    crowds=bundle.crowds,
                    group_id=bundle.group_id,
                    size=bundle.size,
                    is_chord=True,
                    body=body,
                )
                self._edges = [edge for edge in self._edges if edge.target != body]
                self._edges.append(Edge(source=bundle.id, target=body, link=Link.JOINED))

    def _body_of(self, bundle: Bundle) -> str | None:
        after = [edge for edge in self._edges if edge.source in bundle.tasks]
        if len(after) != 1 or after[0].target not in self._kin:
            return None
        body, last = self._kin[after[0].target], self._kin[after[0].source]
        if bundle.group_id is not None and self._groups.of_task.get(body.id) == bundle.group_id:
            return body.id
        if after[0].link is not Link.FOLLOWED:
            return None
        several = len(bundle.tasks) > 1 or bundle.crowds
        return body.id if several and self._all_ended(bundle, last, body) else None

    def _all_ended(self, bundle: Bundle, last: Kin, body: Kin) -> bool:
        """Whether all members had ended when the body came, and ``last`` was the last of them."""
        at = began(body)
        others = (self._kin[task] for task in bundle.tasks if task != last.id)
        crowds = [self._family.crowds[place] for place in bundle.crowds]
        if any(set(crowd.by_state) - OVER_STATES for crowd in crowds) or at is None:
            return False
        ends = [one.finished_at for one in others] + [crowd.last_at for crowd in crowds]
        return all(end is not None and end <= at + _MARGIN_S for end in ends)

    def _critical(self) -> tuple[str, ...]:
        """Walk back from what ended last to the start."""
        before = self._before()
        last = max((one for one in self._kin.values() if one.finished_at), key=_end, default=None)
        path: list[str] = []
        while last is not None and last.id not in path:
            path.append(last.id)
            last = max((self._kin[one] for one in before.get(last.id, ())), key=_end, default=None)
        return tuple(reversed(path)) if len(path) > 1 else ()

    def _before(self) -> dict[str, Collection[str]]:
        """Return what had to end, or to call, before each task."""
        members = {bundle.id: bundle.tasks for bundle in self._bundles}
        before: dict[str, Collection[str]] = {}
        for edge in self._edges:
            sources: Iterable[str] = members.get(edge.source, (edge.source,))
            for target in members.get(edge.target, (edge.target,)):
                before[target] = tuple(sources)
        return before


def _end(one: Kin) -> float:
    return one.finished_at or 0.0
