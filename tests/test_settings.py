"""The table of settings: its defaults, what it says of access, and that it keeps secrets to itself."""
# ruff: noqa: S104 - the addresses are data, nothing listens

import pytest

from umbel.retention import retention_of
from umbel.setting import Setting, is_loopback
from umbel.settings import PUBLIC, TABLE, Settings


@pytest.mark.parametrize("setting", PUBLIC, ids=lambda setting: setting.name)
def test_every_setting_is_explained(setting: Setting) -> None:
    """The help of a setting is a sentence, because three pages are made from it."""
    assert setting.about.help.endswith(".")
    assert setting.about.since


def test_defaults_are_safe() -> None:
    """Without a word Umbel listens on this machine only, and history is bounded by age and size."""
    settings = Settings()
    assert settings.is_loopback
    assert (settings.port, settings.keep_days, settings.keep_tasks, settings.keep_bytes) == (5555, 30, None, 20 << 30)
    assert settings.enable_events
    assert not settings.allow_insecure


def test_a_default_store_of_its_own_for_each_cluster() -> None:
    """Two clusters never share a file by default."""
    one, two = Settings(cluster="one"), Settings(cluster="two")
    assert one.store_location != two.store_location
    assert Settings(store="/srv/umbel.db").store_location == "/srv/umbel.db"


def test_secrets_are_not_in_the_repr() -> None:
    """Whoever logs the settings logs no password."""
    settings = Settings(
        broker="redis://:hush1@host/0",
        result_backend="redis://user:hush2@host/1",
        store="postgresql://u:hush3@host/db",
        basic_auth=("ana:hush4",),
    )
    assert "hush" not in repr(settings)
    assert "hush" not in repr(list(settings.__rich_repr__()))
    assert "hush" not in repr(settings.credentials)
    assert "redis://user:***@host/1" in repr(settings)
    assert {name for name, _ in settings.shown()} == {setting.name for setting in TABLE}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_loopback_addresses(address: str) -> None:
    """Only this machine reaches these."""
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "192.0.2.1", "example.com", "127.0.0.1.example.com"])
def test_reachable_addresses(address: str) -> None:
    """What is not surely loopback counts as reachable."""
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("settings", "role"),
    [
        (Settings(), "admin"),
        (Settings(address="0.0.0.0", allow_insecure=True), "admin"),
        (Settings(started_as="flower", address=""), "viewer"),
        (Settings(started_as="flower"), "viewer"),
        (Settings(started_as="flower", allow_insecure=True), "admin"),
        (Settings(basic_auth=("ana:secret",)), None),
    ],
)
def test_what_people_may_do_who_do_not_sign_in(settings: Settings, role: str | None) -> None:
    """Everything on one's own machine, and under the name flower a look."""
    assert settings.anonymous_role == role


@pytest.mark.parametrize(
    ("settings", "role"),
    [
        (Settings(basic_auth=("admin:admin123",)), "admin"),
        (Settings(basic_auth=("admin:admin123",), address=""), "viewer"),
        (Settings(basic_auth=("admin:admin",), address="0.0.0.0"), "viewer"),
        (Settings(basic_auth=("admin:admin",), address="0.0.0.0", allow_insecure=True), "admin"),
        (Settings(basic_auth=("admin:Str0ng",), address="0.0.0.0"), "admin"),
    ],
)
def test_the_credentials_of_examples_may_only_look_where_others_come(settings: Settings, role: str) -> None:
    """A password that everybody knows gives nobody more than a look."""
    assert [entry.role for entry in settings.credentials] == [role]


def test_a_password_may_hold_colons() -> None:
    """The first colon ends the user."""
    (entry,) = Settings(basic_auth=("ana:a:b:c",)).credentials
    assert (entry.user, entry.password) == ("ana", "a:b:c")


def test_what_history_keeps() -> None:
    """Days become seconds; 0 is without a bound, for all and for a state."""
    kept = retention_of(Settings(keep_days=2, keep_days_by_state=(("SUCCESS", 1), ("FAILURE", 0)), keep_tasks=5))
    assert (kept.max_age_s, kept.max_tasks, kept.max_bytes) == (172_800, 5, 20 << 30)
    assert kept.max_age_s_by_state == {"SUCCESS": 86_400, "FAILURE": None}
    assert retention_of(Settings(keep_days=None)).max_age_s is None
