"""What workers say of their tasks is kept by name."""

from __future__ import annotations

from umbel.store.protocols import Store, TaskType


def test_the_newest_word_counts(store: Store) -> None:
    """A name is described once; told again, the newest word stands, and the same word changes nothing."""
    assert store.task_types() == {}
    store.describe([TaskType(name="a", max_retries=3), TaskType(name="b", max_retries=None)])
    store.describe([])
    store.describe([TaskType(name="a", max_retries=None)])
    store.describe([TaskType(name="a", max_retries=None)])
    assert store.task_types() == {
        "a": TaskType(name="a", max_retries=None),
        "b": TaskType(name="b", max_retries=None),
    }
