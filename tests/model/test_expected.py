"""How many workers there should be, read from the settings and compared with those that are there."""

import pytest

from umbel.model.expected import BadExpectation, By, Compared, Expectation, Present, compare, expectation_of

THERE = [
    Present(name="email@mail-01", is_alive=True, queues=["email_senders"]),
    Present(name="email@mail-02", is_alive=False, queues=["email_senders"]),
    Present(name="default@app-01", is_alive=True, queues=["default", "email_senders"]),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", Expectation(by=By.ALL, what="", wanted=3)),
        (" email@*=2 ", Expectation(by=By.NAME, what="email@*", wanted=2)),
        ("email@mail-01", Expectation(by=By.NAME, what="email@mail-01", wanted=1)),
        ("queue:email_senders=2", Expectation(by=By.QUEUE, what="email_senders", wanted=2)),
        ("queue:default", Expectation(by=By.QUEUE, what="default", wanted=1)),
    ],
)
def test_what_can_be_said(text: str, expected: Expectation) -> None:
    """A number, a name or a pattern, and a queue."""
    assert expectation_of(text) == expected


@pytest.mark.parametrize("text", ["", "=3", "queue:=2", "three", "email@*=many", "99999", "-1"])
def test_what_cannot(text: str) -> None:
    """Said with what can be."""
    with pytest.raises(BadExpectation, match="can be"):
        expectation_of(text)


def test_who_is_missing() -> None:
    """Names that are known and gone are named; the others were never seen. As many as wanted is enough."""
    wanted = [expectation_of(text) for text in ("4", "email@*=2", "queue:email_senders=2", "beat@*", "default@*=0")]
    assert compare(wanted, THERE) == [
        Compared(expectation=wanted[0], online=2, missing=("email@mail-02",), never_seen=1),
        Compared(expectation=wanted[1], online=1, missing=("email@mail-02",)),
        Compared(expectation=wanted[2], online=2),
        Compared(expectation=wanted[3], online=0, never_seen=1),
        Compared(expectation=wanted[4], online=1),
    ]
    assert [one.is_met for one in compare(wanted, THERE)] == [False, False, True, False, True]
