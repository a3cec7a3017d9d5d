"""What workers say of their tasks is asked once a process, and read without trust."""

import pytest

from umbel.control.catalogue import task_types_in
from umbel.store.protocols import TaskType


def test_the_maximum_is_read() -> None:
    """A task with a bound, one that is tried for ever, and names with odd characters."""
    told = ["a.b [max_retries=3]", "forever", "odd [name] [max_retries=0]", "more [rate_limit=10/m max_retries=7]"]
    assert list(task_types_in(told)) == [
        TaskType(name="a.b", max_retries=3),
        TaskType(name="forever", max_retries=None),
        TaskType(name="odd [name]", max_retries=0),
        TaskType(name="more", max_retries=7),
    ]


@pytest.mark.parametrize("told", [None, {"error": "no"}, [None, 3], "text", [""]])
def test_nonsense_is_passed_over(told: object) -> None:
    """A worker may answer anything."""
    assert list(task_types_in(told)) == []
