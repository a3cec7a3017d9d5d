"""Where settings come from, and which of them counts."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from umbel.cli.resolve import Resolved, Resolver
from umbel.cli.sources import Environment, Given, read_dotenv
from umbel.setting import SettingsError


def resolve(
    environ: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    as_flower: bool = False,
    file: Mapping[str, str] | None = None,
    **options: str,
) -> Resolved:
    environments = (Environment(environ or {}), read_dotenv(folder) if folder else Environment({}))
    return Resolver(_given(options, "--"), _given(file or {}, "file: "), environments, as_flower=as_flower).resolve()


def _given(texts: Mapping[str, str], origin: str) -> dict[str, tuple[Given, ...]]:
    return {name: (Given(text=text, origin=origin + name),) for name, text in texts.items()}


def test_order_of_sources(tmp_path: Path) -> None:
    """Option, then file, then environment, then .env, then default."""
    (tmp_path / ".env").write_text("UMBEL_PORT=4\nUMBEL_TITLE=dotenv\nUMBEL_CLUSTER=dotenv\nUMBEL_KEEP_DAYS=9\n")
    environ = {"UMBEL_PORT": "3", "UMBEL_TITLE": "environment", "UMBEL_CLUSTER": "environment"}
    found = resolve(environ, folder=tmp_path, file={"port": "2", "title": "file"}, port="1").settings
    assert (found.port, found.title, found.cluster, found.keep_days) == (1, "file", "environment", 9)
    assert found.keep_bytes == 20 << 30


def test_names_of_celery_come_last() -> None:
    """What Celery itself reads is a fall-back for our own names."""
    environ = {"CELERY_BROKER_URL": "redis://celery/0"}
    assert resolve(environ).settings.broker == "redis://celery/0"
    assert resolve({**environ, "UMBEL_BROKER": "redis://ours/0"}).settings.broker == "redis://ours/0"


def test_empty_variables_are_not_set() -> None:
    """An empty FLOWER_BASIC_AUTH locks nobody out, and an empty port is the default."""
    found = resolve({"FLOWER_BASIC_AUTH": "", "FLOWER_PORT": " ", "UMBEL_TITLE": ""}, as_flower=True).settings
    assert (found.basic_auth, found.port, found.title) == ((), 5555, None)


def test_names_of_flower_for_flower_only() -> None:
    """`umbel` says which of Flower's names it passes over; `flower` reads them in any case."""
    environ = {"FLOWER_url_prefix": "x", "FLOWER_MAX_TASKS": "5"}
    as_flower, as_umbel = resolve(environ, as_flower=True), resolve(environ)
    assert (as_flower.settings.url_prefix, as_flower.settings.keep_tasks) == ("/x", 5)
    assert as_umbel.settings.url_prefix == ""
    assert "FLOWER_MAX_TASKS, FLOWER_URL_PREFIX" in as_umbel.notes[0]


@pytest.mark.parametrize("as_flower", [True, False])
@pytest.mark.parametrize(
    "environ",
    [
        {"FLOWER_BASIC_AUTH": "ana:secret"},
        {"FLOWER_USER": "ana", "FLOWER_PASSWORD": "secret"},
        {"FLOWER_ADMIN_USERNAME": "ana", "FLOWER_ADMIN_PASSWORD": "secret"},
        {"UMBEL_USER": "ana", "UMBEL_PASSWORD": "secret"},
    ],
)
def test_credentials_under_every_name(environ: dict[str, str], as_flower: bool) -> None:
    """Credentials protect, so they are read under every name that guides use."""
    assert resolve(environ, as_flower=as_flower).settings.basic_auth == ("ana:secret",)


def test_a_password_in_a_variable_is_taken_whole() -> None:
    """No character of it means anything."""
    password = "a,b:c $x#1 "
    found = resolve({"FLOWER_USER": "ana", "FLOWER_PASSWORD": password}, as_flower=True)
    assert found.settings.basic_auth == (f"ana:{password}",)


def test_half_a_pair_is_an_error() -> None:
    """A user without a password is nobody's intention; the password is not shown."""
    with pytest.raises(SettingsError, match="FLOWER_PASSWORD is not set"):
        resolve({"FLOWER_USER": "ana"})
    with pytest.raises(SettingsError, match="FLOWER_ADMIN_USERNAME is not set"):
        resolve({"FLOWER_ADMIN_PASSWORD": "hush"})


def test_half_a_pair_does_not_matter_where_an_option_is_given() -> None:
    """What is not used is not judged."""
    assert resolve({"FLOWER_USER": "ana"}, basic_auth="bo:1").settings.basic_auth == ("bo:1",)


def test_secrets_in_files(tmp_path: Path) -> None:
    """NAME_FILE names a file with the value, the last line break left out; other settings have no such name."""
    (tmp_path / "secret").write_text("ana:s3cret\n")
    (tmp_path / "password").write_text("s3cret\n")
    secret, password = str(tmp_path / "secret"), str(tmp_path / "password")
    assert resolve({"UMBEL_BASIC_AUTH_FILE": secret}).settings.basic_auth == ("ana:s3cret",)
    pair = {"FLOWER_USER": "ana", "FLOWER_PASSWORD_FILE": password}
    assert resolve(pair).settings.basic_auth == ("ana:s3cret",)
    assert resolve({"UMBEL_TITLE_FILE": password}).settings.title is None


def test_a_missing_file_of_a_secret_is_an_error(tmp_path: Path) -> None:
    """It must never mean that nobody has to sign in."""
    with pytest.raises(SettingsError, match="UMBEL_BASIC_AUTH_FILE=.*cannot be read: No such file"):
        resolve({"UMBEL_BASIC_AUTH_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("name", ["FLOWER_PORT", "UMBEL_PORT"])
def test_the_port_of_kubernetes_is_passed_over(name: str) -> None:
    """A service called flower sets FLOWER_PORT=tcp://… in every pod; one line says so."""
    found = resolve({name: "tcp://10.0.0.1:5555"}, as_flower=True)
    assert found.settings.port == 5555
    assert any(name in note and "Kubernetes" in note for note in found.notes)


def test_errors_name_the_source(tmp_path: Path) -> None:
    """One knows where to look."""
    (tmp_path / ".env").write_text("FLOWER_ENABLE_EVENTS=perhaps\n")
    with pytest.raises(SettingsError, match=r"^\.env: FLOWER_ENABLE_EVENTS=perhaps is not usable: allowed are yes"):
        resolve(folder=tmp_path, as_flower=True)


def test_names_that_are_nearly_ours_are_noted() -> None:
    """A mistyped name is said; what Kubernetes sets for a service called umbel is not."""
    notes = resolve({"UMBEL_BASICAUTH": "ana:hush", "UMBEL_SERVICE_HOST": "x", "UMBEL_PORT_5555_TCP": "y"}).notes
    assert notes == ("UMBEL_BASICAUTH is not a setting and is ignored; did you mean UMBEL_BASIC_AUTH?",)


def test_dotenv_as_people_write_it(tmp_path: Path) -> None:
    """Quotes, export, comments and blanks; names that are not ours are left alone."""
    lines = [
        "# comment",
        "export UMBEL_TITLE = 'a # b' # c",
        'UMBEL_CLUSTER="two words"',
        "FLOWER_ADMIN_USERNAME=super_admin",
        "FLOWER_ADMIN_PASSWORD=StrongP@ssw0rd!2024#x # comment",
        "CELERY_BROKER_URL=redis://elsewhere/0",
        "nonsense",
    ]
    (tmp_path / ".env").write_text("\r\n".join(lines))
    found = resolve(folder=tmp_path).settings
    assert (found.title, found.cluster, found.broker) == ("a # b", "two words", None)
    assert found.basic_auth == ("super_admin:StrongP@ssw0rd!2024#x",)


def test_flower_listens_everywhere() -> None:
    """Flower's default address is every interface, Umbel's this machine."""
    assert resolve(as_flower=True).settings.address == ""
    assert resolve(as_flower=True, address="127.0.0.1").settings.is_loopback
    assert resolve().settings.is_loopback
