"""The search language: what it finds, and where it says no."""

import re

import pytest
from hypothesis import given, strategies as st

from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.model.fold import fold_all
from umbel.model.search import MAX_DEPTH, MAX_LENGTH, Query, SearchError, TextField, Wildcard, matches
from umbel.model.search_parser import parse

SMS = fold_all(a_task_that_succeeded())
FAILED = fold_all(
    [
        an_event("sent", -5, hostname="gen1@web", name="campaigns.tasks.send_batch", retries=2, queue="email_senders"),
        received(0, name="campaigns.tasks.send_batch", args="(88,)", kwargs="{'batch': 7, 'mode': 'fast'}", retries=2),
        an_event("started", 1),
        an_event("failed", 4, exception="RateLimit('Too Many Requests')"),
    ]
)


def found(text: str) -> tuple[bool, bool]:
    """Whether the search finds the sent SMS, and the failed batch."""
    query = parse(text, now=T0 + 60)
    return matches(query, SMS), matches(query, FAILED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (True, True)),
        ("sms", (True, False)),
        ("TOO many", (False, True)),
        ('"Too Many"', (False, True)),
        ("state:success", (True, False)),
        ("state:failure,success", (True, True)),
        ("state:failed", (False, True)),
        ("is:failed", (False, True)),
        ("is:lost", (False, False)),
        ("name:campaigns.*", (False, True)),
        ("name:send_batch", (False, True)),
        ("task:send_*", (True, False)),
        ("queue:default,email_senders", (False, True)),
        ("-queue:email_senders", (True, False)),
        ("kwargs.escalation_id:789", (True, False)),
        ("kwargs.escalation_id:78", (False, False)),
        ("kwargs.mode:fast", (False, True)),
        ("args:88", (False, True)),
        ("retries:2", (False, True)),
        ("retries:0..1", (True, False)),
        ("runtime:>2s", (True, True)),
        ("runtime:<2500ms", (True, False)),
        ("wait:>=6s", (False, True)),
        ("received:>-2h", (True, True)),
        ("received:<-2h", (False, False)),
        ("before:-62s", (False, False)),
        ("after:-61s", (True, True)),
        ("sms OR state:failure", (True, True)),
        ("(sms OR batch) state:success", (True, False)),
        ("-(sms OR batch)", (False, False)),
        ("worker:default@app-01", (True, True)),
        ("id:task-1", (True, True)),
        ("id:TASK-1", (False, False)),
        ("result:sms_sent", (True, False)),
        ("exception:ratelimit", (False, True)),
        ('name:"send_*"', (False, False)),
        ("after:17:20", (False, False)),
    ],
)
def test_what_a_search_finds(text: str, expected: tuple[bool, bool]) -> None:
    """Each form of the grammar finds what its line in the reference says."""
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("colour:red", 0, "colour"),
        ("sms (a OR b", 4, "not closed"),
        ("sms )", 4, "opening"),
        ('sms "abc', 4, "quote"),
        ("runtime:fast", 8, "duration"),
        ("state:>failure", 6, "compares"),
        ("received:17:20", 9, "before or after"),
        ("received:>yesterday", 9, "time"),
        ("retries:many", 8, "retries"),
        ("queue:", 6, "missing"),
        ("a OR", 2, "both sides"),
        ("name.key:1", 0, "kwargs"),
        ("sms -", 4, "negate"),
        ("a\0b", 1, "NUL"),
    ],
)
def test_an_error_names_the_position(text: str, position: int, word: str) -> None:
    """Who reads the error sees where it is and what is allowed."""
    with pytest.raises(SearchError, match=word) as caught:
        parse(text, now=T0)
    assert caught.value.position == position


def test_it_is_bounded() -> None:
    """Length, depth and the number of terms have an end."""
    for text in ("a" * (MAX_LENGTH + 1), "(" * (MAX_DEPTH + 1), "-" * (MAX_DEPTH + 1) + "a", "a " * 101):
        with pytest.raises(SearchError):
            parse(text, now=T0)


@given(
    st.lists(st.text(alphabet="ab.", max_size=3), min_size=2, max_size=5),
    st.text(alphabet="ab.A\n", min_size=1, max_size=12),
)
def test_a_wildcard_is_any_run_of_characters(parts: list[str], text: str) -> None:
    """Greedy search for the parts finds what the regular expression of the same meaning finds."""
    task = fold_all([received(0, name=text)])
    expected = re.fullmatch(".*".join(map(re.escape, parts)), text, re.DOTALL | re.IGNORECASE) is not None
    assert matches(Query("", Wildcard(TextField.NAME, tuple(parts))), task) == expected


def test_many_wildcards_take_no_longer() -> None:
    """A pattern with hundreds of stars over a long text has its answer at once."""
    task = fold_all([received(0, args="a" * 16_000)])
    assert not matches(parse("args:" + "*a" * 900 + "*b", now=T0), task)


@given(st.text(alphabet='abc:*,.()"-<>=\\ ORstatekwgruime0159é\n', max_size=80))
def test_any_text_parses_or_says_where_it_is_wrong(text: str) -> None:
    """No text raises anything but SearchError, whose position is inside the text or at its end."""
    try:
        query = parse(text, now=T0)
    except SearchError as error:
        position = error.position
    else:
        position = 0
        assert matches(query, SMS) in {True, False}
    assert 0 <= position <= len(text)
