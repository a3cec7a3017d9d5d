"""What waits and will not run, and searches for verdicts: only what is known for certain is said."""

import pytest

from tests.support.events import T0, an_event
from umbel.model.fold import fold_all
from umbel.model.judged import SEARCHABLE, Known, NotJudged, judged
from umbel.model.search import Query, SearchError, matches
from umbel.model.search_parser import parse
from umbel.model.tasks import Task
from umbel.model.verdicts import Sides, verdict_of

SIDES = Sides(registered=frozenset({"shop.pay"}), consumed=frozenset({"default"}))
KNOWN = Known(now=T0 + 60, sides=SIDES, waiting=["shop.pay", "shop.gone", "celery.chord_unlock"])


def waiting(name: str | None = "shop.pay", queue: str | None = "default") -> Task:
    """Return a task that was sent at ``T0`` and taken by nobody."""
    return fold_all([an_event("sent", 0, name=name, queue=queue)])


def code(task: Task, sides: Sides = SIDES, after_s: float = 60.0) -> str | None:
    """Return the code of the verdict on a task that waits."""
    verdict = verdict_of(task, None, None, T0 + after_s, sides)
    return verdict.code if verdict else None


def test_a_task_that_nobody_will_run() -> None:
    """Nobody consumes its queue, or nobody knows it; where not all workers told, nothing is said."""
    assert code(waiting()) is None
    assert code(waiting(queue="email")) == "unconsumed"
    assert code(waiting(name="shop.gone")) == "unregistered"
    assert code(waiting(name="shop.gone", queue="email"), Sides()) is None
    assert code(waiting(name="celery.chord_unlock")) is None, "Celery's own are registered and not told"
    assert code(waiting(name=None, queue=None)) is None
    assert code(fold_all([an_event("sent", 0, name="shop.gone"), an_event("started", 1)])) is None


def test_a_task_that_waits_too_long() -> None:
    """From the bound on, unless it is not due yet."""
    assert (code(waiting(), after_s=299), code(waiting(), after_s=301)) == (None, "waiting_long")
    later = fold_all([an_event("sent", 0, name="shop.pay", queue="default", eta="2099-01-01T00:00:00")])
    assert code(later, after_s=10_000) is None


@pytest.mark.parametrize("task", [waiting(), waiting(queue="email"), waiting(name="shop.gone"), waiting(name=None)])
@pytest.mark.parametrize("after_s", [60, 400])
def test_a_search_finds_what_the_verdict_says(task: Task, after_s: float) -> None:
    """The first verdict that fits is shown; the search for it finds the task."""
    known = Known(now=T0 + after_s, sides=SIDES, waiting=KNOWN.waiting)
    found = {word for word in SEARCHABLE if matches(Query("", judged(word, known)), task)}
    shown = code(task, after_s=after_s)
    assert (shown in found) if shown else not found


def test_tasks_of_workers_that_are_gone() -> None:
    """Offline, restarted since, or idle since: each by the worker's name and when the task began."""
    task = fold_all([an_event("received", 0), an_event("started", 1)])
    assert task.worker is not None
    found = {
        "offline": judged("orphaned", Known(now=T0, sides=SIDES, gone=[task.worker])),
        "restarted": judged("orphaned", Known(now=T0, sides=SIDES, began={task.worker: T0 + 5})),
        "long ago": judged("orphaned", Known(now=T0, sides=SIDES, began={task.worker: T0})),
        "idle": judged("ended_unseen", Known(now=T0, sides=SIDES, idle={task.worker: T0 + 5})),
        "another": judged("orphaned", Known(now=T0, sides=SIDES, gone=["other@x"])),
    }
    assert {what for what, node in found.items() if matches(Query("", node), task)} == {"offline", "restarted", "idle"}


def test_in_the_search_language() -> None:
    """A verdict beside states, joined and negated; without a server, or where it is not known, it says why."""

    def search(text: str, known: Known = KNOWN) -> Query:
        return parse(text, now=T0, judge=lambda word: judged(word, known))

    assert matches(search("is:unconsumed name:pay"), waiting(queue="email"))
    assert matches(search("-is:unconsumed is:waiting"), waiting())
    assert matches(search("is:failed,unregistered"), waiting(name="shop.gone"))
    with pytest.raises(SearchError, match="running server") as offline:
        parse("is:orphaned", now=T0)
    assert offline.value.position == 3
    with pytest.raises(SearchError, match="not every worker"):
        search("is:unconsumed", Known(now=T0, sides=Sides()))
    with pytest.raises(SearchError, match="on its own page"):
        search("is:redelivered")
    with pytest.raises(NotJudged, match="there are orphaned"):
        judged("nonsense", KNOWN)
