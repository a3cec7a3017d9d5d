"""Each store finds what ``matches`` finds, for any search over any tasks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.store.contract.conftest import OpenStore
from tests.store.support import all_ids, arrivals, pages
from tests.support.events import T0, an_event, received
from umbel.model.events import Learnt, TaskEvent
from umbel.model.fold import fold_all
from umbel.model.judged import SEARCHABLE, Known, judged
from umbel.model.search import (
    And,
    Compare,
    Contains,
    Equals,
    KeywordIs,
    Node,
    Not,
    NumberField,
    Operator,
    Or,
    Query,
    TextField,
    Wildcard,
    Word,
    matches,
)
from umbel.model.tasks import Task
from umbel.model.verdicts import Sides
from umbel.store.protocols import Store

ODD_TEXTS = [
    "",
    "a",
    "A",
    "b.A",
    "x.b.A",
    "%",
    "_",
    "a%",
    "a_b",
    "\\",
    "a\\b",
    "*",
    "?",
    "[a]",
    "[",
    "]",
    "^",
    "'",
    '"',
    "ä",
    "Ä",
]
ODD_TEXTS += [
    "\u212a",
    "k",
    "K",
    "ß",
    "\N{SNOWMAN}",
    "\U0001f600",
    "a\nb",
    "-",
    "{'k': 1}",
    "{'k': '1', 'K': 2}",
    "SUCCESS",
    "LOST",
    "None",
]
texts = st.sampled_from(ODD_TEXTS) | st.text(alphabet="aAbB.%_*?[]\\'\" \nä\u0131\u212a", max_size=5)
instants = st.sampled_from([T0, T0 + 1, T0 + 2.5, T0 - 10])


@st.composite
def any_task(draw: st.DrawFn) -> list[TaskEvent]:
    """Events of a task with odd texts and gaps."""
    maybe = st.none() | texts
    place = {"hostname": draw(texts)}
    events = [
        received(
            0,
            timestamp=draw(instants),
            name=draw(maybe),
            args=draw(maybe),
            kwargs=draw(maybe),
            root_id=draw(maybe),
            parent_id=draw(maybe),
            retries=draw(st.sampled_from([None, 0, 1, 3])),
            **place,
        ),
        an_event("sent", 0, timestamp=draw(instants), queue=draw(maybe), name=draw(maybe), hostname="gen1@web"),
        an_event("started", 0, timestamp=draw(instants), **place),
        draw(
            st.sampled_from(
                [
                    an_event(
                        "succeeded", 3, result=draw(maybe), runtime=draw(st.sampled_from([None, 0.0, 1.5])), **place
                    ),
                    an_event("failed", 3, exception=draw(maybe), **place),
                    an_event("uploading", 3, **place),
                    Learnt(
                        uuid="task-1",
                        timestamp=T0 + 3,
                        state=draw(st.sampled_from(["SUCCESS", "FAILURE", "LOST"])),
                        source="result backend",
                        name=draw(maybe),
                        result=draw(maybe),
                        exception=draw(maybe),
                    ),
                ]
            )
        ),
    ]
    kept = draw(st.lists(st.sampled_from(range(4)), min_size=1, max_size=4, unique=True))
    return [events[index] for index in kept]


text_fields = st.sampled_from(TextField)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, texts),
    st.builds(Equals, text_fields, texts),
    st.builds(Contains, text_fields, texts),
    st.builds(Wildcard, text_fields, st.lists(texts, min_size=1, max_size=3).map(tuple)),
    st.builds(KeywordIs, st.sampled_from(["k", "K", "%"]), texts),
    st.builds(
        Compare,
        st.sampled_from(NumberField),
        st.sampled_from(Operator),
        instants | st.sampled_from([0.0, 1.0, 1.5, 2.5, 3.0, -1.0, 12.5, float("inf")]),
    ),
)
trees = st.recursive(
    leaves,
    lambda nodes: st.one_of(
        st.builds(Not, nodes),
        st.builds(And, st.lists(nodes, max_size=3).map(tuple)),
        st.builds(Or, st.lists(nodes, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    tasks=st.dictionaries(texts.filter(bool), any_task(), min_size=1, max_size=8),
    searches=st.lists(trees, min_size=5, max_size=15),
)
def test_a_store_finds_what_matches_finds(
    fresh_store: Callable[[], Store], tasks: dict[str, list[TaskEvent]], searches: list[Node]
) -> None:
    """The same tasks to both: the same ids, in the order of arrival, over all pages."""
    store = fresh_store()
    records: list[Task] = []
    for task_id, events in tasks.items():
        named = [_renamed(event, task_id) for event in events]
        store.commit(arrivals(named))
        records.append(fold_all(named))
    for root in searches:
        query = Query("", root)
        expected = [record.id for record in records if matches(query, record)]
        assert all_ids(pages(store, query, 3, descending=False)) == expected, root
        page = store.list(query, limit=1)
        assert page.count is None or page.count_kind != "exact" or page.count == len(expected), root


def _renamed(event: TaskEvent, task_id: str) -> TaskEvent:
    fields = {name: getattr(event, name) for name in TaskEvent.__struct_fields__}
    return TaskEvent(**{**fields, "uuid": task_id})


@pytest.fixture
def fresh_store(open_again: OpenStore, tmp_path: Path) -> Callable[[], Store]:
    """Empty stores, one after the other: made once, then put back as it was, which takes a tenth of the time."""
    open_again().close()
    empty = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    opened: list[Store] = []

    def fresh() -> Store:
        for store in opened:
            store.close()
        opened.clear()
        for file in tmp_path.iterdir():
            file.unlink()
        for name, content in empty.items():
            (tmp_path / name).write_bytes(content)
        opened.append(open_again())
        return opened[-1]

    return fresh


def test_searches_for_verdicts(store: Store) -> None:
    """A store finds what the verdict's tree matches: by worker, queue and name, and what is not known is not found."""
    events = [
        an_event("sent", 0, uuid="waits", name="shop.pay", queue="default"),
        an_event("sent", 1, uuid="no queue", name="shop.pay"),
        an_event("sent", 2, uuid="unconsumed", name="shop.pay", queue="email"),
        an_event("sent", 3, uuid="unregistered", name="SHOP.gone", queue="default"),
        received(0, uuid="ran", hostname="gone@x"),
        an_event("started", 1, uuid="ran", hostname="gone@x"),
        received(0, uuid="runs", hostname="here@x"),
        an_event("started", 9, uuid="runs", hostname="here@x"),
    ]
    store.commit(arrivals(events))
    tasks = store.tasks_by_id(all_ids(pages(store, Query("", And(())), 100)))
    sides = Sides(registered=frozenset({"shop.pay"}), consumed=frozenset({"default"}))
    known = Known(
        now=T0 + 302.5,
        sides=sides,
        gone=["gone@x"],
        began={"here@x": T0 + 5},
        idle={"here@x": T0 + 10},
        waiting=["shop.pay", "SHOP.gone"],
    )
    found: dict[str, set[str]] = {}
    for word in SEARCHABLE:
        query = Query("", judged(word, known))
        found[word] = set(all_ids(pages(store, query, 100)))
        assert found[word] == {task.id for task in tasks if matches(query, task)}, word
    assert found == {
        "orphaned": {"ran"},
        "ended_unseen": {"runs"},
        "unregistered": {"unregistered"},
        "unconsumed": {"unconsumed"},
        "waiting_long": {"waits", "no queue", "unconsumed"},
    }
