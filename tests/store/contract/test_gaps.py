"""Gaps are stored, ended, found by the time they touch, and forgotten with the history."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from tests.store.contract.conftest import OpenStore
from tests.store.support import arrivals
from tests.support.events import T0, received
from umbel.model.gaps import Gap, GapKind
from umbel.model.search import EVERYTHING
from umbel.store.protocols import Retention, Store
from umbel.store.registry import open_store

LINK = Gap(kind=GapKind.LINK, since=T0 + 10, reason="no link to the broker")


def test_a_gap_lasts_until_it_is_kept_with_its_end(open_again: OpenStore) -> None:
    """The same gap again is the same gap; another process finds it as it was left."""
    store = open_again()
    store.keep_gaps([LINK])
    assert store.gaps(T0 + 500, T0 + 600) == [LINK], "it lasts"
    over = replace(LINK, until=T0 + 40, events=7)
    store.keep_gaps([over])
    store.keep_gaps([over])
    assert open_again().gaps(0, T0 + 600) == [over]


def test_gaps_are_found_by_what_they_touch(store: Store) -> None:
    """Both ends count; the oldest comes first; a limit keeps the newest."""
    first = replace(LINK, until=T0 + 20)
    second = replace(LINK, kind=GapKind.WORKER, worker="w@x", since=T0 + 30, until=T0 + 30)
    third = replace(LINK, kind=GapKind.STOPPED, since=T0 + 50)
    store.keep_gaps([third, first, second])
    assert store.gaps(T0, T0 + 99) == [first, second, third]
    assert store.gaps(T0 + 20, T0 + 30) == [first, second]
    assert store.gaps(T0 + 21, T0 + 29) == []
    assert store.gaps(T0, T0 + 99, limit=2) == [second, third]


def test_many_gaps_of_workers_hide_no_other(store: Store) -> None:
    """What is chosen by kind or by worker is chosen before the newest are."""
    early = replace(LINK, until=T0 + 20)
    losing = [
        replace(LINK, kind=GapKind.WORKER, worker=name, since=T0 + 11 + n / 1_000, until=T0 + 30)
        for n in range(600)
        for name in ("a@x", "b@x")
    ]
    store.keep_gaps([early, *losing])
    assert early not in store.gaps(T0, T0 + 99)
    assert store.gaps(T0, T0 + 99, kinds=(GapKind.LINK, GapKind.STOPPED)) == [early]
    assert store.gaps(T0, T0 + 99, workers=()) == [early]
    found = store.gaps(T0, T0 + 99, workers=("b@x",))
    assert (found[0], len(found)) == (early, 601)


def test_the_same_start_of_another_kind_is_another_gap(store: Store) -> None:
    """What one worker lost and what nobody saw may begin together."""
    others = [replace(LINK, kind=GapKind.WORKER, worker=name) for name in ("a@x", "b@x")]
    store.keep_gaps([LINK, *others])
    assert len(store.gaps(T0, T0 + 99)) == 3


def test_a_sign_of_life(store: Store) -> None:
    """The newest of the last commit and the last sign counts, and time does not go back."""
    assert store.last_seen() is None
    store.note_seen(T0 - 30)
    store.note_seen(T0 - 60)
    assert store.last_seen() == T0 - 30
    store.commit(arrivals([received(0)]))
    assert store.last_seen() == T0, "the clock of the store stands there"
    store.note_seen(T0 + 5)
    assert store.last_seen() == T0 + 5


def test_an_import_is_no_sign_of_life(store: Store, tmp_path: Path) -> None:
    """What was taken in from an archive, while nobody collected, tells of no collector."""
    with closing(open_store(str(tmp_path / "other.db"))) as other:
        other.commit(arrivals([received(0)]))
        store.note_seen(T0 - 30)
        store.restore(other.archive(EVERYTHING).tasks)
    assert store.last_seen() == T0 - 30


def test_gaps_go_with_the_history(store: Store) -> None:
    """Old ones are deleted with what they were about; one that lasts is not."""
    store.keep_gaps([replace(LINK, until=T0 + 20), replace(LINK, since=T0)])
    store.prune(Retention(max_age_s=60), T0 + 90)
    assert store.gaps(0, T0 + 99) == [replace(LINK, since=T0)]
    store.prune(Retention(), T0 + 10_000)
    assert len(store.gaps(0, T0 + 99)) == 1
