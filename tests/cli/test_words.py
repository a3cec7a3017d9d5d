"""The command ``umbel`` with words that it cannot use: one line that helps, exit code 2, no traceback."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from umbel import __version__
from umbel.cli.main import umbel
from umbel.settings import PUBLIC


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable and no file of this machine plays a part."""
    monkeypatch.chdir(tmp_path)
    for setting in PUBLIC:
        for name in (f"UMBEL_{setting.name.upper()}", *setting.about.env):
            monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no broker is named: give --broker redis://localhost:6379/0"),
        (["--prot=1"], "Did you mean '--port'?"),
        (["serve", "--prot=1"], "Did you mean '--port'?"),
        (["serv"], "No such command 'serv'"),
        (["--broker=redis://:hush@x/0", "--port=99999"], "--port=99999 is not usable: a port is a number from 0"),
        (["--broker=redis://:hush@x/0", "--address=0.0.0.0"], "nobody has to sign in"),
        (["--broker=redis://:hush@x/0", "--basic-auth=hush"], "--basic-auth=*** is not usable"),
        (["-b", "redis://:hush@x/0", "--read_only=maybe"], "--read-only=maybe is not usable: allowed are yes"),
        (["--workdir=/nowhere/at/all", "-A", "proj"], "workdir=/nowhere/at/all is not a folder"),
        (["demo", "--broker=rabbit"], "'rabbit' is not one of"),
    ],
)
def test_words_that_cannot_be_used(words: list[str], message: str) -> None:
    """The line names the thing, the value and what is allowed, and shows no secret."""
    result = CliRunner().invoke(umbel, words)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert "hush" not in result.output


def test_help_lists_every_setting() -> None:
    """`--help` is made from the table, with the environment names."""
    text = CliRunner().invoke(umbel, ["--help"]).output
    for setting in PUBLIC:
        assert setting.option in text
    assert "UMBEL_BASIC_AUTH" in text


def test_version() -> None:
    """`umbel --version` needs nothing else."""
    assert CliRunner().invoke(umbel, ["--version"]).output == f"umbel {__version__}\n"


def test_options_before_demo_are_not_dropped_silently() -> None:
    """`umbel --port 8000 demo` would start the demo elsewhere than it says."""
    result = CliRunner().invoke(umbel, ["--port=8000", "demo"])
    assert result.exit_code == 2
    assert "--port stands after demo" in result.output
