"""How many workers there should be, and which of them are missing.

A text says what is expected: ``3`` workers in all, ``email@*=2`` by name, ``queue:email_senders=2`` that consume a
queue. A name without a number (``email@mail-01``) is one worker.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from msgspec import Struct

from umbel.model.errors import UmbelError

MOST: Final = 10_000
NAMED: Final = 20
"""Missing workers of one expectation that are named."""
_EXPECTED: Final = re.compile(r"(?P<queue>queue:)?(?P<what>[^=]*?)(?:=(?P<n>\d{1,5}))?")
_FORMS: Final = "3, email@*=2 and queue:email_senders=2 can be read"


class BadExpectation(UmbelError):
    """A text that says no number of workers."""


class By(StrEnum):
    """What an expectation is about."""

    ALL = "all"
    NAME = "name"
    QUEUE = "queue"


class Expectation(Struct, frozen=True, kw_only=True):
    """``wanted`` workers: in all, whose name is like ``what`` (``*`` and ``?``), or that consume the queue ``what``."""

    by: By
    what: str
    wanted: int


class Present(Struct, frozen=True, kw_only=True):
    """A worker that is known: whether it lives, and what it consumes."""

    name: str
    is_alive: bool
    queues: Collection[str] = ()


class Compared(Struct, frozen=True, kw_only=True):
    """An expectation beside what is there. ``missing`` are names that are known and gone; others were never seen."""

    expectation: Expectation
    online: int
    missing: tuple[str, ...] = ()
    never_seen: int = 0

    @property
    def is_met(self) -> bool:
        """Whether as many are there as should be."""
        return self.online >= self.expectation.wanted


def expectation_of(text: str) -> Expectation:
    """Return what ``text`` expects. Raises BadExpectation."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return _checked(Expectation(by=By.ALL, what="", wanted=int(text[:6])), text)
    match = _EXPECTED.fullmatch(text)
    if match is None or not match["what"]:
        raise BadExpectation(f"'{text}' names no workers; {_FORMS}")
    if match["queue"] is None and match["n"] is None and "@" not in match["what"]:
        raise BadExpectation(f"'{text}' is no number and no name with an @; {_FORMS}")
    by = By.QUEUE if match["queue"] else By.NAME
    return _checked(Expectation(by=by, what=match["what"], wanted=int(match["n"] or 1)), text)


def _checked(expectation: Expectation, text: str) -> Expectation:
    if not 0 <= expectation.wanted <= MOST:
        raise BadExpectation(f"'{text}': at most {MOST} workers can be expected")
    return expectation


def compare(expectations: Iterable[Expectation], workers: Collection[Present]) -> list[Compared]:
    """Return how each expectation is met, in their order."""
    return [_compare(one, [worker for worker in workers if _is_meant(one, worker)]) for one in expectations]


def _is_meant(expectation: Expectation, worker: Present) -> bool:
    match expectation.by:
        case By.ALL:
            return True
        case By.NAME:
            return fnmatchcase(worker.name, expectation.what)
        case By.QUEUE:
            return expectation.what in worker.queues


def _compare(expectation: Expectation, meant: Collection[Present]) -> Compared:
    online = sum(worker.is_alive for worker in meant)
    lacking = max(0, expectation.wanted - online)
    gone = sorted(worker.name for worker in meant if not worker.is_alive)
    return Compared(
        expectation=expectation,
        online=online,
        missing=tuple(gone[: min(lacking, NAMED)]),
        never_seen=max(0, lacking - len(gone)),
    )
