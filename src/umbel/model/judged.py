"""Searches for what a verdict says (``is:orphaned``), as a tree of what the store knows.

A verdict needs more than the task: which workers live, what they consume and know. That is taken from what is known
when the search is read, so that every store can answer; and what no store keeps of a task cannot be searched for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from umbel.model.errors import UmbelError
from umbel.model.search import And, Compare, Equals, Node, Not, NumberField, Operator, Or, TextField, Wildcard
from umbel.model.tasks import State
from umbel.model.verdicts import Sides

SEARCHABLE: Final = ("orphaned", "ended_unseen", "unregistered", "unconsumed", "waiting_long")
_NOT_KEPT: Final = {
    "redelivered": "that a task was delivered again is told on its own page; no list can be searched for it",
    "held_until_eta": "the ETA of a task is told on its own page and on its worker's; no list can be searched for it",
    "expired_unrun": "that a task expired is told on its own page; search for state:REVOKED",
    "replaced": "that a task replaced itself is told on its own page; no list can be searched for it",
}
WORDS: Final = frozenset({*SEARCHABLE, *_NOT_KEPT})


class NotJudged(UmbelError):
    """A verdict that cannot be searched for, or not now; the message says why."""


class Known(Struct, frozen=True, kw_only=True):
    """What is known beside the tasks, at ``now`` (epoch seconds). Instants are of the workers' clocks.

    ``gone`` are workers that are offline, ``began`` says since when those run that were restarted, ``idle`` up to when
    what those began must have ended that run nothing now. ``waiting`` are the names of tasks that wait.
    """

    now: float
    sides: Sides
    gone: Collection[str] = ()
    began: Mapping[str, float] = {}
    idle: Mapping[str, float] = {}
    waiting: Collection[str] = ()


def judged(word: str, known: Known) -> Node:
    """Return the search for tasks with this verdict. Raises NotJudged."""
    if word in _NOT_KEPT:
        raise NotJudged(_NOT_KEPT[word])
    match word:
        case "orphaned":
            return And((_is(State.STARTED), Or((*_on(known.gone), *_before(known.began)))))
        case "ended_unseen":
            return And((_is(State.STARTED), Or(_before(known.idle))))
        case "unregistered":
            return _unregistered(known)
        case "unconsumed":
            return _unconsumed(known.sides)
        case "waiting_long":
            since = known.now - known.sides.waiting_long_s
            return And((_is(State.PENDING), Compare(NumberField.SEEN, Operator.LESS, since)))
        case _:
            raise NotJudged(f"there is no verdict '{word}'; there are {', '.join(SEARCHABLE)}")


def _unregistered(known: Known) -> Node:
    registered = known.sides.registered
    if registered is None:
        raise NotJudged("which tasks are registered is not known: not every worker that lives has told")
    names = [name for name in known.waiting if known.sides.is_unregistered(name)]
    return And((_is(State.PENDING), Or(tuple(Wildcard(TextField.NAME, (name,)) for name in names))))


def _unconsumed(sides: Sides) -> Node:
    if sides.consumed is None:
        raise NotJudged("which queues are consumed is not known: not every worker that lives has told")
    consumed = Or(tuple(Equals(TextField.QUEUE, name) for name in sorted(sides.consumed)))
    return And((_is(State.PENDING), Wildcard(TextField.QUEUE, ("", "")), Not(consumed)))


def _is(state: State) -> Node:
    return Equals(TextField.STATE, state)


def _on(names: Collection[str]) -> list[Node]:
    return [Equals(TextField.WORKER, name) for name in sorted(names)]


def _before(instants: Mapping[str, float]) -> tuple[Node, ...]:
    return tuple(
        And((Equals(TextField.WORKER, name), Compare(NumberField.STARTED, Operator.LESS, at)))
        for name, at in sorted(instants.items())
    )
