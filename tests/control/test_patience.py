"""A task is looked up when it is quiet, and then ever more rarely; what is remembered is bounded."""

from __future__ import annotations

import pytest

from tests.support.events import T0, an_event, received
from umbel.control import patience
from umbel.control.patience import Patience
from umbel.model.fold import fold_all

RUNNING = fold_all([received(0), an_event("started", 0)])


def test_when_it_is_due() -> None:
    """After a minute of silence; then after waits that double, up to an hour."""
    waits = Patience()
    assert not waits.is_due(RUNNING, T0 + 59)
    assert waits.is_due(RUNNING, T0 + 60)
    now, found = T0 + 60, []
    for _ in range(9):
        waits.note_tried(RUNNING, now)
        began = now
        while not waits.is_due(RUNNING, now):
            now += 30
        found.append(now - began)
    assert found == [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]


def test_an_eta_is_waited_for() -> None:
    """One that is held until its time is not late before."""
    held = fold_all([received(0, eta="2026-11-21T10:00:00")])
    assert held.eta is not None
    assert not Patience().is_due(held, held.eta + 59)
    assert Patience().is_due(held, held.eta + 60)


def test_a_loss_is_looked_at_twice() -> None:
    """It has to seem lost for a while, with nothing heard meanwhile, before it is said to be."""
    waits = Patience()
    assert not waits.is_sure(RUNNING, T0 + 60)
    assert not waits.is_due(RUNNING, T0 + 74)
    assert waits.is_due(RUNNING, T0 + 75)
    assert not waits.is_sure(RUNNING, T0 + 74)
    heard = fold_all([received(0), an_event("started", 0), an_event("progress", 10, extra={})])
    assert not waits.is_sure(heard, T0 + 75)
    assert waits.is_sure(heard, T0 + 90)


def test_it_is_settled_once() -> None:
    """The same outcome counts once; afterwards its silence counts anew."""
    waits = Patience()
    waits.note_tried(RUNNING, T0 + 60)
    assert waits.note_settled(RUNNING, "SUCCESS")
    assert not waits.note_settled(RUNNING, "SUCCESS")
    assert waits.is_due(RUNNING, T0 + 61)


def test_its_memory_is_bounded() -> None:
    """The oldest are forgotten first, and are then due again."""
    waits = Patience()
    for number in range(patience.REMEMBERED + 10):
        waits.note_tried(fold_all([received(0, uuid=f"task-{number}")]), T0 + 60)
    assert len(waits._next) == patience.REMEMBERED
    assert waits.is_due(fold_all([received(0, uuid="task-0")]), T0 + 61)


def test_more_seem_lost_than_can_be_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are settled, and then there is room for the next."""
    monkeypatch.setattr(patience, "REMEMBERED", 5)
    waits = Patience()
    stuck = [fold_all([received(0, uuid=f"task-{number}")]) for number in range(12)]
    left = []
    for number in range(4):
        now = T0 + 100 * (number + 1)
        lost = [task for task in stuck if waits.is_sure(task, now) and waits.note_settled(task, "LOST")]
        stuck = [task for task in stuck if task not in lost]
        waits.note_all_seen()
        left.append(len(stuck))
    assert left == [12, 7, 2, 0]


def test_what_ended_meanwhile_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks that seemed lost, and are not open any more once all were gone through, are forgotten."""
    monkeypatch.setattr(patience, "REMEMBERED", 5)
    waits = Patience()
    other = fold_all([received(0, uuid="other")])
    for number in range(5):
        assert not waits.is_sure(fold_all([received(0, uuid=f"task-{number}")]), T0 + 100)
    waits.note_all_seen()
    assert not waits.is_sure(other, T0 + 100)
    assert not waits.is_sure(other, T0 + 200), "there was no room for it"
    assert not waits.is_due(fold_all([received(0, uuid="task-0")]), T0 + 100)
    waits.note_all_seen()
    assert not waits.is_sure(other, T0 + 300)
    assert waits.is_sure(other, T0 + 400)
    assert waits.is_sure(fold_all([received(0, uuid="task-0")]), T0 + 400), "it was open still"
