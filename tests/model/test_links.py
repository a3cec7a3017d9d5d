"""Links to other tools are filled with what a task is, and can be nothing but what the template says."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, strategies as st

from umbel.model.links import links_of, template_of

LOGS = template_of("Logs of this id = https://logs.example/find?q={id}&w={worker}")


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_value_stays_a_value(task_id: str, worker: str) -> None:
    """Whatever an id holds, the host, the path and the names of the query stay; the value comes out as it was."""
    try:
        task_id.encode(), worker.encode()
    except UnicodeEncodeError:
        return
    (link,) = links_of([LOGS], {"id": task_id, "worker": worker})
    parts = urlsplit(link.url)
    assert (link.label, parts.scheme, parts.netloc, parts.path) == ("Logs of this id", "https", "logs.example", "/find")
    assert parse_qs(parts.query, keep_blank_values=True) == {"q": [task_id], "w": [worker]}


def test_a_link_without_its_value_is_left_out() -> None:
    """A task that no worker took has no logs of its worker."""
    assert links_of([LOGS], {"id": "one", "worker": None}) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://logs.example/", "allowed is LABEL="),
        ("Logs=", "http://"),
        ("Logs=javascript:alert({id})", "http://"),
        ("Logs=//logs.example/{id}", "http://"),
        ("Logs=https://{worker}/x", "host"),
        ("Logs=https://{worker}.example/x", "host of Logs"),
        ("Logs=https://logs.example/{color}", "there are id, name"),
    ],
)
def test_a_template_that_would_be_wrong_is_refused(text: str, reason: str) -> None:
    """No scheme that runs something, no host that a task chooses, no field that is not there."""
    with pytest.raises(ValueError, match=reason):
        template_of(text)
