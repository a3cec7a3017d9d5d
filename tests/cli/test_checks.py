"""What Umbel refuses to start with, and what it warns of."""
# ruff: noqa: S104 - the addresses are data, nothing listens

from pathlib import Path

import pytest

from umbel.cli.checks import checked
from umbel.setting import SettingsError
from umbel.settings import Settings


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "192.0.2.7"])
@pytest.mark.parametrize("basic_auth", [(), ("admin:admin123",), ("admin:admin",), ("ana:Str0ng", "admin:admin")])
def test_umbel_refuses_to_listen_beyond_this_machine_unprotected(address: str, basic_auth: tuple[str, ...]) -> None:
    """The message says what to do; it shows no password."""
    settings = Settings(address=address, basic_auth=basic_auth)
    with pytest.raises(SettingsError, match=r"--basic-auth=USER:PASSWORD.*--allow-insecure") as caught:
        checked(settings)
    assert "Str0ng" not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(address="::1"),
        Settings(address="0.0.0.0", basic_auth=("ana:Str0ng",)),
        Settings(started_as="flower", address="", basic_auth=("ana:Str0ng",)),
        Settings(demo=True, basic_auth=("admin:admin123",)),
    ],
)
def test_safe_starts_need_no_word(settings: Settings) -> None:
    """Nothing to warn of."""
    assert checked(settings).warnings == ()


@pytest.mark.parametrize(
    ("settings", "warning"),
    [
        (Settings(basic_auth=("admin:admin123",)), "The password of admin is known from the examples: set another"),
        (
            Settings(started_as="flower", address="", basic_auth=("admin:admin123",)),
            "known from the examples and other machines can reach this page",
        ),
        (Settings(started_as="flower", address=""), "people may look and not act"),
        (Settings(address="0.0.0.0", allow_insecure=True), "everyone who can reach this page may do everything"),
        (Settings(xheaders=True), "whoever passes the proxy may do everything"),
    ],
)
def test_what_is_warned_of(settings: Settings, warning: str) -> None:
    """Starts that are allowed and weak say so on every page."""
    (found,) = checked(settings).warnings
    assert warning in found


def test_tls_needs_both_files(tmp_path: Path) -> None:
    """A certificate without a key must not mean plain HTTP."""
    certificate = tmp_path / "cert.pem"
    certificate.touch()
    with pytest.raises(SettingsError, match="certfile is set and keyfile is not"):
        checked(Settings(certfile=str(certificate)))
    with pytest.raises(SettingsError, match=r"keyfile=.*none.pem is not a file"):
        checked(Settings(certfile=str(certificate), keyfile=str(tmp_path / "none.pem")))
