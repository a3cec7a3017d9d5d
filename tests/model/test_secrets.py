"""Passwords do not leave the settings: no page, log, message or store shows one."""

import pytest

from umbel.model.secrets import Masker, mask_text, mask_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis://:secret@localhost/0", "redis://:***@localhost/0"),
        ("amqp://ana:se/cr@et@host:5672//", "amqp://ana:***@host:5672//"),
        ("sentinel://:a@one:1;sentinel://:b;c@two:2", "sentinel://:***@one:1;sentinel://:***@two:2"),
        ("redis://host/0?ssl_password=abc&db=1", "redis://host/0?ssl_password=***&db=1"),
        ("/var/lib/umbel.db", "/var/lib/umbel.db"),
        ("rediss://h:1/0?password=hush&ssl_cert_reqs=none", "rediss://h:1/0?password=***&ssl_cert_reqs=none"),
        ("postgresql://umbel:p@ss:w@db:5432/umbel", "postgresql://umbel:***@db:5432/umbel"),
        ("clickhouse://db/umbel?sslPassword=x&a=1", "clickhouse://db/umbel?sslPassword=***&a=1"),
        ("/plain/path@home.db", "/plain/path@home.db"),
        ("", ""),
    ],
)
def test_passwords_in_urls_are_masked(url: str, shown: str) -> None:
    """Every password goes, well quoted or not, and nothing else does."""
    assert mask_url(url) == shown


@pytest.mark.parametrize(
    "piece", ["a", "a1", "a.", "1", "token", "-password", "://", "a://b:", "password=", "password ", '"', "secret\\"]
)
def test_masking_takes_time_linear_in_the_text(piece: str) -> None:
    """A hostile text of 200 kB is masked in a moment; where that takes time by the square, this ends tomorrow."""
    assert mask_text(piece * (200_000 // len(piece)) + " me@host password=hush").endswith("me@host password=***")


def test_a_token_as_long_as_clouds_make_them_is_masked() -> None:
    """Some of them stand as passwords in URLs."""
    assert mask_text(f"at rediss://me:{'x' * 3_000}@host/0") == "at rediss://me:***@host/0"


def test_passwords_are_taken_out_of_messages() -> None:
    """Drivers put what they like into their errors."""
    masker = Masker("amqp://me:p%40ss@a//;amqp://me:other@b//;redis://c/0?password=third")
    assert masker.clean("refused p%40ss, p@ss, other, third") == "refused ***, ***, ***, ***"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at redis://:hush@host/0 and amqp://me:hu/sh@b//", "at redis://:***@host/0 and amqp://me:***@b//"),
        ('{"password": "hush hush", "n": 1}', '{"password": "***", "n": 1}'),
        ("kwargs {'api_token': 'hush', 'x': 2}", "kwargs {'api_token': '***', 'x': 2}"),
        ('"kwargs": "{\\"secret\\": \\"hush\\"}"', '"kwargs": "{\\"secret\\": \\"***\\"}"'),
        ("SECRET_KEY=hush&b=2", "SECRET_KEY=***&b=2"),
        ("no secret here, https://host/a:b and me@host", "no secret here, https://host/a:b and me@host"),
    ],
)
def test_what_looks_like_a_password_is_masked_in_any_text(text: str, shown: str) -> None:
    """Pieces of events that could not be read are shown, and may hold anything."""
    assert mask_text(text) == shown
