"""Texts become values, or one line that says what is allowed."""

import pytest

from umbel.cli.values import parse, split_credentials
from umbel.setting import SettingsError
from umbel.settings import TABLE

SETTINGS = {setting.name: setting for setting in TABLE}
ARGON = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "0", 0),
        ("port", " 8000 ", 8000),
        ("enable_events", "off", False),
        ("enable_events", "YES", True),
        ("keep_days", "0", None),
        ("keep_tasks", "1_000_000", 1_000_000),
        ("keep_bytes", "20GiB", 20 << 30),
        ("keep_bytes", "1.5 gb", 1_500_000_000),
        ("keep_bytes", "4096", 4096),
        ("keep_bytes", "0", None),
        ("url_prefix", "flower", "/flower"),
        ("url_prefix", "/my/org/flower/", "/my/org/flower"),
        ("url_prefix", "/", ""),
        ("log_level", "WARN", "warning"),
        ("address", "", ""),
        ("title", "", None),
        ("basic_auth", "", ()),
        ("basic_auth", "ana:1,bo:2", ("ana:1", "bo:2")),
        ("keep_days_by_state", "SUCCESS=7, failed=90,my_state=0", (("SUCCESS", 7), ("FAILURE", 90), ("MY_STATE", 0))),
        ("keep_days_by_state", "SUCCESS=7,success=8", (("SUCCESS", 8),)),
        ("keep_days_by_state", "", ()),
        ("store_synchronous", "FULL", "full"),
        ("receiver", "Redis", "redis"),
        ("durable_queue", "umbel.events", "umbel.events"),
    ],
)
def test_what_is_allowed(name: str, text: str, value: object) -> None:
    """The kinds of values, each in the spellings that people use."""
    assert parse(SETTINGS[name], text, name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("port", "65536"),
        ("port", "-1"),
        ("port", "http"),
        ("port", "٣"),
        ("enable_events", "maybe"),
        ("keep_days", "1.5"),
        ("keep_days", "_"),
        ("keep_bytes", "20 apples"),
        ("url_prefix", "/a/../b"),
        ("url_prefix", "/a//b"),
        ("url_prefix", "/a b"),
        ("url_prefix", "https://example.com/"),
        ("log_level", "loud"),
        ("keep_days_by_state", "7"),
        ("keep_days_by_state", "SUCCESS=week"),
        ("keep_days_by_state", "=7"),
        ("store_synchronous", "off"),
        ("receiver", "librabbitmq"),
        ("cluster", ""),
    ],
)
def test_what_is_not_allowed(name: str, text: str) -> None:
    """An error names the thing and the value."""
    with pytest.raises(SettingsError) as caught:
        parse(SETTINGS[name], text, f"--{name}")
    assert str(caught.value).startswith(f"--{name}={text} is not usable: ")


@pytest.mark.parametrize("text", ["hush", "ana:", ":hush", "ana:hush,bo:"])
def test_bad_credentials_are_not_shown(text: str) -> None:
    """Who mistypes a password does not find it in the log."""
    with pytest.raises(SettingsError) as caught:
        parse(SETTINGS["basic_auth"], text, "UMBEL_BASIC_AUTH")
    assert "hush" not in str(caught.value)
    assert "UMBEL_BASIC_AUTH" in str(caught.value)


def test_commas_of_hashes_and_passwords_split_nothing() -> None:
    """An argon2 hash holds commas, and so may a password."""
    assert split_credentials(f"ana:{ARGON},bo:a,b, cy:c") == (f"ana:{ARGON}", "bo:a,b", "cy:c")


def test_links_to_other_tools() -> None:
    """Several after a |; one that would be no link is refused by its label."""
    setting = SETTINGS["link"]
    assert parse(setting, "Logs=https://l.example/{id} | Trace=http://t.example/?q={root_id}", "UMBEL_LINK") == (
        "Logs=https://l.example/{id}",
        "Trace=http://t.example/?q={root_id}",
    )
    with pytest.raises(SettingsError, match="Logs"):
        parse(setting, "Logs=javascript:alert(1)", "--link")
