"""Tasks that send no events are read from what workers answer, without trust."""

import pytest

from umbel.control.mute import mute_tasks_in, runs_in


def test_the_names_are_read() -> None:
    """Wherever the field stands, and whatever else a worker tells."""
    told = [
        "loud [max_retries=3 send_events=True]",
        "quiet [max_retries=3 send_events=False]",
        "alone [send_events=False]",
        "odd [name] [send_events=False rate_limit=10/m]",
        "no_info",
    ]
    assert list(mute_tasks_in(told)) == ["quiet", "alone", "odd [name]"]


@pytest.mark.parametrize("told", [None, {"error": "no"}, [None, 3], "text", [""]])
def test_nonsense_is_passed_over(told: object) -> None:
    """A worker may answer anything."""
    assert list(mute_tasks_in(told)) == []
    assert runs_in(told, {"a"}) == 0


def test_runs_are_summed() -> None:
    """Of these tasks only, and numbers only."""
    assert runs_in({"total": {"a": 3, "b": 4, "c": "many", "d": 9}}, {"a", "b", "c", "e"}) == 7
    assert runs_in({"total": None}, {"a"}) == 0
