"""The words after ``celery flower``, and flowerconfig.py."""

from pathlib import Path

import pytest

from umbel.cli.flower_config import read_flower_config
from umbel.cli.options import spelled
from umbel.cli.plugin_words import Words, read_words
from umbel.setting import SettingsError


def words(*given: str) -> Words:
    found = read_words(given, "flower")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "spelling",
    [("--url-prefix=x",), ("--url_prefix=x",), ("--url-prefix", "x"), ("--url_prefix", "x"), ("-url_prefix=x",)],
)
def test_options_in_every_spelling(spelling: tuple[str, ...]) -> None:
    """Dashes or underscores, attached or not, and Flower's single dash."""
    assert words(*spelling).params["url_prefix"] == "x"


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (("--read_only",), "true"),
        (("--read-only=False",), "False"),
        (("--read-only", "no"), "no"),
        (("--no-read-only",), "false"),
    ],
)
def test_flags_with_and_without_a_value(given: tuple[str, ...], value: str) -> None:
    """As in Flower, and as people expect."""
    assert words(*given).params["read_only"] == value


def test_a_flag_takes_no_other_word() -> None:
    """Only a word for yes or no belongs to it."""
    assert spelled(["--read-only", "serve", "--", "--a_b"]) == ["--read-only=true", "serve", "--", "--a_b"]


def test_names_that_umbel_calls_otherwise() -> None:
    """Options of Flower and Celery's usual ones mean the same here."""
    params = words("--max_tasks=7", "--loglevel=INFO").params
    assert (params["keep_tasks"], params["log_level"]) == ("7", "INFO")
    assert words("--debug").params["log_level"] == "debug"
    assert words("--debug=False").params["log_level"] is None


def test_unknown_words_are_noted_and_passed_over() -> None:
    """A start is never lost for a word that Flower would drop; a value, which may be secret, is not shown."""
    found = words("redis://:hush@host/0", "--bogus=hush", "-x", "hush", "--port=5", "--oauth2_secret", "hush")
    assert found.params["port"] == "5"
    told = "\n".join(found.notes)
    assert "hush" not in told
    assert "--bogus" in told
    assert "-x" in told
    assert "1 word that is no option" in told
    assert "--oauth2_secret does nothing here" in told


def test_options_of_celery_stand_before_the_name() -> None:
    """As with Flower they are passed over here, and the note shows the right place."""
    found = words("--broker=redis://:hush@host/0", "-A", "proj")
    assert found.notes[0].startswith("--broker is ignored: it stands before the name")
    assert found.notes[1].startswith("-A is ignored")
    assert "broker" not in found.params


@pytest.mark.parametrize("option", ["--auth=.*@example.com", "--auth_provider=x.Y", "--unix-socket=/tmp/x"])
def test_options_that_protect_are_not_passed_over(option: str) -> None:
    """To start without them would open what the user meant to close."""
    with pytest.raises(SettingsError, match="cannot be passed over"):
        words(option)


def test_flowerconfig(tmp_path: Path) -> None:
    """It is executed; names that are options count, others do not, whatever their type."""
    (tmp_path / "flowerconfig.py").write_text(
        "import os\n"
        "port = 7000 + 1\n"
        "basic_auth = ['ana:1', 'bo:2']\n"
        "enable_events = False\n"
        "max_tasks = 50\n"
        "natural_time = True\n"
        "cluster = 'not an option of Flower'\n"
        "def format_task(task): return task\n"
    )
    found = read_flower_config(None, tmp_path)
    texts = {name: [one.text for one in given] for name, given in found.settings.items()}
    expected = {"port": ["7001"], "basic_auth": ["ana:1", "bo:2"], "enable_events": ["False"], "keep_tasks": ["50"]}
    assert texts == expected
    assert found.idle == ("format_task", "natural_time")


def test_no_flowerconfig(tmp_path: Path) -> None:
    """The default file may be missing; one that is named may not."""
    assert read_flower_config(None, tmp_path).settings == {}
    with pytest.raises(SettingsError, match=r"conf=mine.py is not a file"):
        read_flower_config("mine.py", tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import flower_that_is_not_there", "ModuleNotFoundError"),
        ("port = ", "SyntaxError"),
        ("port = 1.5", "port is a float"),
        ("auth = '.*'", "auth cannot be passed over"),
    ],
)
def test_a_broken_flowerconfig_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    """It may hold the password, so a start without it is no choice."""
    (tmp_path / "flowerconfig.py").write_text(text)
    with pytest.raises(SettingsError, match=message) as caught:
        read_flower_config(None, tmp_path)
    assert "\n" not in str(caught.value)
