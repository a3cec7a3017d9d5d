"""The true arguments of a task: masked by name, bounded, and JSON whatever they are."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings, strategies as st

from umbel.agent.arguments import MOST_BYTES, Arguments


def run(customer: str, password: str = "", *more: Any, token: str = "") -> None:
    """Stand for a task."""


TASK = SimpleNamespace(name="t", run=run)


def told(args: object, kwargs: object, *redact: str) -> Any:  # noqa: ANN401 - JSON
    text = Arguments(redact).text(TASK, args, kwargs)
    assert len(text.encode()) <= MOST_BYTES
    return json.loads(text)


def test_arguments_come_as_they_are() -> None:
    """What JSON has arrives unchanged, and what it does not have by its text or the name of its type."""
    at = datetime(2026, 11, 21, tzinfo=UTC)

    found = told((1, 2.5, None, True, "C:\\new", [1, {"a": (2,)}], at, object()), {"b": {"c": 1}})

    args = [1, "***", None, True, "C:\\new", [1, {"a": [2]}], str(at), "<object>"]
    assert found == {"args": args, "kwargs": {"b": {"c": 1}}}


def test_secrets_never_leave_the_worker() -> None:
    """By the name of a keyword, of a key at any depth, and of a parameter; and in URLs."""
    kwargs = {"token": "s1", "deep": [{"API_KEY": "s2", "user-iban": "s3"}], "url": "amqp://me:s4@host//", "author": 1}

    found = told(("Ann", "s5"), kwargs, "iban")

    assert found["args"] == ["Ann", "***"]
    assert found["kwargs"] == {
        "token": "***",
        "deep": [{"API_KEY": "***", "user-iban": "***"}],
        "url": "amqp://me:***@host//",
        "author": 1,
    }


def test_what_is_too_much_is_left_out_and_said() -> None:
    """Long texts, long lists, deep nests and numbers that no store can hold."""
    nest: list[Any] = []
    for _ in range(50):
        nest = [nest]

    found = told(("x" * 10_000, None, list(range(5_000)), nest, 2**80), {str(n): "y" * 50 for n in range(1_000)})

    assert found["cut"] is True
    assert len(found["args"][0]) < 600
    assert len(found["args"][2]) <= 101
    assert not told((1,), {}).get("cut")


class Hostile:
    """Cannot say what it is."""

    def __repr__(self) -> str:
        raise ValueError("no")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80) | st.binary() | st.builds(Hostile),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
    max_leaves=60,
)


@settings(deadline=None, max_examples=60)
@given(args=st.lists(ANY) | st.tuples(ANY) | ANY, kwargs=st.dictionaries(st.text(), ANY) | ANY)
def test_any_arguments_make_bounded_json(args: object, kwargs: object) -> None:
    """Nothing raises, and nothing is larger than an event may be."""
    found = told(args, kwargs)

    assert isinstance(found["args"], list)
    assert isinstance(found["kwargs"], dict)
