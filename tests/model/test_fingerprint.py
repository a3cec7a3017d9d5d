"""Failures that are the same have one fingerprint, those that are not have their own, and no text is too strange."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given, strategies as st

from umbel.model.fingerprint import SHOWN, fingerprint, normalised, place_of, thrown

OWN = """Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/celery/app/trace.py", line 453, in trace_task
    R = retval = fun(*args, **kwargs)
  File "/srv/app/src/workers/sms_tasks.py", line 88, in send_customer_sms
    response = client.send_sms(to=to)
  File "/srv/app/src/services/ringcentral.py", line 141, in send_sms
    return post(url)
  File "/usr/lib/python3.12/site-packages/httpx/_api.py", line 9, in post
    raise RingCentralAPIError(payload["message"])
src.services.ringcentral.RingCentralAPIError: Rate limit exceeded
"""


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("order 17 of 20 not found", "order <n> of <n> not found"),
        ("took 0.25s, 17:20:11, 10.0.0.17:6379", "took <n>s, <n>, <n>"),
        ("no guest 3f2b8c1e-9a4d-4c55-8e21-0a1b2c3d4e5f", "no guest <id>"),
        ("<Order object at 0x7f3a2c9e10d0> is gone", "<Order object at <hex>> is gone"),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "commit <hex>"),
        ("customer cus_9s6XKzkNRiz8i3 has no card", "customer cus_<id> has no card"),
        ("mail to dana+x@example.org bounced", "mail to <email> bounced"),
        ("GET https://ann:pw@api.example.com/v1/orders/17?x=y", "GET https://api.example.com/\N{HORIZONTAL ELLIPSIS}"),
        ("'NoneType' object has no \"name\"", "'\N{HORIZONTAL ELLIPSIS}' object has no \"\N{HORIZONTAL ELLIPSIS}\""),
        ("Bob's order can't be paid", "Bob's order can't be paid"),
        ("two\n  lines", "two lines"),
        ("", ""),
    ],
)
def test_what_differs_from_task_to_task_is_taken_out(message: str, kept: str) -> None:
    """The words stay: they tell what is wrong."""
    assert normalised(message) == kept


@pytest.mark.parametrize(
    ("text", "type_", "message"),
    [
        ("ValueError('boom')", "ValueError", "boom"),
        ('shop.errors.Refused("it\'s late", 429)', "Refused", "it's late"),
        (r"ApiError('not found\nIt\'s gone')", "ApiError", "not found\nIt's gone"),
        ("TimeLimitExceeded(30,)", "TimeLimitExceeded", "30"),
        ("billiard.exceptions.WorkerLostError: exited early", "WorkerLostError", "exited early"),
        ("SoftTimeLimitExceeded()", "SoftTimeLimitExceeded", ""),
        ("KeyError", "KeyError", ""),
        ("ValueError('cut in the midd", "ValueError", "'cut in the midd"),
        ("just a text", "", "just a text"),
    ],
)
def test_an_exception_is_read_as_celery_writes_it(text: str, type_: str, message: str) -> None:
    """A repr, the last line of a traceback, or a text of its own."""
    assert thrown(text) == (type_, message)


def test_the_place_is_the_innermost_own_frame() -> None:
    """Of the exception that ended the task, without its line; a library counts where nothing else is there."""
    assert place_of(OWN) == "services/ringcentral.py send_sms"
    assert place_of(OWN.replace("line 141", "line 150")) == place_of(OWN)
    chained = f"{OWN}\nDuring handling of the above exception, another exception occurred:\n\n"
    later = OWN.replace("send_sms", "give_up")
    assert place_of(chained + later) == "services/ringcentral.py give_up"
    installed = OWN.replace("/srv/app/src", "/usr/lib/python3.12/site-packages/shop")
    assert place_of(installed) == "services/ringcentral.py send_sms"
    assert place_of('  File "C:\\app\\shop\\mail.py", line 3, in send') == "shop/mail.py send"
    assert place_of("ValueError: no frame") is place_of(None) is None


def test_the_same_failure_of_two_tasks_is_one_group() -> None:
    """And another class, message or place is another one."""
    one = fingerprint("ValueError('order 17 is closed')", OWN)
    assert one == fingerprint("ValueError('order 4711 is closed')", OWN.replace("88", "91"))
    others = [
        fingerprint("KeyError('order 17 is closed')", OWN),
        fingerprint("ValueError('order 17 is open')", OWN),
        fingerprint("ValueError('order 17 is closed')", None),
        fingerprint(None, None),
    ]
    assert len({one.id, *(other.id for other in others)}) == 5
    assert (len(one.id), int(one.id, 16) >= 0) == (12, True)


def test_the_id_stays_the_same_between_versions() -> None:
    """Groups are stored under it: who changes the rule opens new groups, and has to mean it."""
    assert fingerprint("ValueError('order 17 is closed')", OWN).id == "a3deca06afac"


@given(st.text(max_size=400), st.integers(0, 10**9), st.uuids())
def test_numbers_and_ids_never_tell_groups_apart(words: str, number: int, unique: uuid.UUID) -> None:
    """Whatever stands around them."""
    assert normalised(f"{words} {number} {unique}") == normalised(f"{words} {number + 1} {uuid.uuid4()}")


@given(st.text(), st.text())
def test_any_text_has_a_bounded_fingerprint(exception: str, traceback: str) -> None:
    """Nothing raises, nothing is longer than said, and what is normalised stays as it is."""
    found = fingerprint(exception, traceback)
    assert max(len(found.type), len(found.message), len(found.place or "")) <= SHOWN
    assert normalised(found.message) == found.message


@pytest.mark.parametrize(
    "bait", ["'", '"', "a.", "@", "0x", "a1", "-", "<n>", "\\'", 'File "', '", line 1', "(", "a@b.", "://"]
)
def test_hostile_texts_end(bait: str) -> None:
    """No pattern goes back over what it has seen: what takes the square of its length would not end here in minutes."""
    many = bait * 200_000
    fingerprint(many, f'  File "{bait * 200}", line 1, in x\n' * 2_000)
    fingerprint(f"ValueError('{many}", many)
    fingerprint(f"ValueError: {many}", f'  File "{many}')
