"""Writes the reference pages of settings and command line, ``docs/reference``, from the table of settings."""

from collections.abc import Iterator
from itertools import groupby

import click

from tools.running import ROOT
from umbel.cli.demo.command import demo
from umbel.cli.flower_names import ALIASES, IDLE, REFUSED
from umbel.cli.history.db import db
from umbel.cli.history.export import export_command
from umbel.cli.history.import_ import import_command
from umbel.cli.main import REMOTE, umbel
from umbel.cli.options import default
from umbel.cli.sources import FILE, PAIRS, UMBEL, environment_names
from umbel.setting import Setting
from umbel.settings import PUBLIC

MADE = "<!-- Made by `python3 dev.py generate` from src/umbel/settings.py and src/umbel/cli: edit those. -->"
WIDTH = 100
PAIR_ROWS = "\n".join(f"| `UMBEL_{user}`, `FLOWER_{user}` | `UMBEL_{word}`, `FLOWER_{word}` |" for user, word in PAIRS)

SETTINGS_HEAD = f"""\
# Settings

{MADE}

Every setting is an option of the command line and a variable of the environment. The first that is given counts:

1. the option, `--url-prefix=/flower` or `--url_prefix /flower`; a yes-or-no option may stand alone, `--read-only`,
   and `--no-read-only` is its opposite;
2. `flowerconfig.py`, for `celery flower` only;
3. the environment; an empty variable counts as not set;
4. the file `.env` in the current folder, of which only the names with `UMBEL_` and `FLOWER_` are read;
5. the default.

The names with `FLOWER_` are read by `celery flower`. Credentials are read under them by `umbel` too.
A yes-or-no setting takes yes, true, on, 1 and no, false, off, 0. Secrets are shown nowhere: of a URL the password is
masked.
"""

CREDENTIALS = f"""\
## Credentials

`basic_auth` is a list, `user:password,user2:password2`. A password may be an argon2 hash; a comma in a password does
no harm unless a name and a colon follow it. One user can also be named in two variables:

| user | password |
| --- | --- |
{PAIR_ROWS}

These add up. A secret may stand in a file that `NAME{FILE}` names: `{UMBEL}BASIC_AUTH{FILE}=/run/secrets/umbel`.

| started as | listens on | without credentials | with the examples' (`admin`/`admin123`, `admin`/`admin`) |
| --- | --- | --- | --- |
| `umbel`, `celery umbel` | this machine | everything is allowed | everything is allowed, with a warning |
| the same, `--address=0.0.0.0` | every interface | refuses to start | refuses to start |
| the same, `--allow-insecure` | every interface | everything is allowed, with a warning | the same |
| `celery flower` | every interface | people may look, not act, with a warning | the same |
"""

CLI_HEAD = f"""\
# Command line

{MADE}

`umbel` and `celery umbel` start Umbel, and `celery flower` starts it in place of Flower. [Settings](settings.md)
says more about every option, [the guide](../guide/start.md) how to begin.

Exit codes: 0 after Ctrl-C or SIGTERM, 1 when it cannot start or go on, 2 when a setting cannot be used.

`umbel export`, `umbel import` and `umbel db` work on the history without a server or beside one; [the guide to
archives](../guide/archive.md) says how. Their exit codes: 0 when all was done, 1 when something failed, was left out
or is not sound, 2 when a word cannot be used, 130 after Ctrl-C.

`umbel tasks`, `task`, `workers`, `queues`, `inspect`, `revoke`, `purge` and `tail` ask a running server, named by
`--server` or `UMBEL_SERVER`; [the guide to commands](../guide/commands.md) says more. Their exit codes: 0 when it is
there or was done, 1 when it is not there, was refused, or nobody answered, 2 when a word makes no sense.
"""

FLOWER_HEAD = """\
## `celery -A APP flower`

The options above that Flower has too, with its rules: words that are no options are passed over with a warning, and
the options of celery itself (`-A`, `--broker` and so on) stand before the name. As `celery umbel`, the same with the
defaults of `umbel`.
"""


def write_reference() -> None:
    """Write both pages."""
    folder = ROOT / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.md").write_text(settings_page(), encoding="utf-8", newline="\n")
    (folder / "cli.md").write_text(cli_page(), encoding="utf-8", newline="\n")


def settings_page() -> str:
    """The page of settings."""
    return "\n".join([SETTINGS_HEAD, *_tables(), CREDENTIALS]).rstrip() + "\n"


def cli_page() -> str:
    """The page of the command line."""
    return "\n".join([CLI_HEAD, *_commands(), FLOWER_HEAD, *_flower()]).rstrip() + "\n"


def _commands() -> Iterator[str]:
    yield _help("umbel", umbel)
    for command in (*REMOTE, demo, export_command, import_command):
        yield _help(f"umbel {command.name}", command)
    for name, command in sorted(db.commands.items()):
        yield _help(f"umbel db {name}", command)


def _tables() -> Iterator[str]:
    for group, rows in groupby(PUBLIC, key=lambda setting: setting.about.group):
        yield f"## {group}\n"
        yield "| setting | default | what it is | environment | since |\n| --- | --- | --- | --- | --- |"
        yield "\n".join(_row(setting) for setting in rows) + "\n"


def _row(setting: Setting) -> str:
    short = f", `{setting.about.short}`" if setting.about.short else ""
    names = ", ".join(f"`{name}`" for name in environment_names(setting, as_flower=True))
    shown = f"`{default(setting)}`" if default(setting) else ""
    return f"| `{setting.option}`{short} | {shown} | {setting.about.help} | {names} | {setting.about.since} |"


def _help(name: str, command: click.Command) -> str:
    context = command.make_context(name, [], resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH)
    return f"## `{name}`\n\n```text\n{command.get_help(context)}\n```\n"


def _flower() -> Iterator[str]:
    yield "Names of Flower for settings that are called otherwise here:\n"
    yield "| Flower | Umbel |\n| --- | --- |"
    yield from (f"| `--{name}` | `--{setting.replace('_', '-')}` |" for name, setting in sorted(ALIASES.items()))
    yield "| `--debug` | `--log-level=debug` |\n"
    yield "Options of Flower that are accepted and do nothing, each with a warning:\n"
    yield "| option | why |\n| --- | --- |"
    yield from (f"| `--{name}` | {why} |" for name, why in IDLE.items())
    yield "\nOptions of Flower that are refused, because they protect:\n"
    yield "| option | why |\n| --- | --- |"
    yield from (f"| `--{name}` | {why} |" for name, why in REFUSED.items())
