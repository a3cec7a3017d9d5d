"""Options of the command line, made from the table of settings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click

from umbel.cli.sources import Given, environment_names
from umbel.cli.values import is_yes_or_no
from umbel.setting import Setting
from umbel.settings import PUBLIC

HELP: Final = {"help_option_names": ["-h", "--help"]}


class SettingOption(click.Option):
    """The option of one setting. Its value stays text: one parser reads options and environment alike."""

    def __init__(self, setting: Setting, *, as_flower: bool = False) -> None:
        self.setting = setting
        names = [setting.option, *([setting.about.short] if setting.about.short else [])]
        super().__init__(
            [*names, setting.name],
            type=click.UNPROCESSED,
            multiple=setting.about.kind in {"list", "links"},
            metavar=metavar(setting),
            help=f"{setting.about.help}  [{remark(setting, as_flower=as_flower)}]",
        )


class SettingsCommand(click.Command):
    """A command with settings as options: dashes or underscores, and a flag with or without its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, spelled(args))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        format_groups(self, ctx, formatter)


def options() -> list[click.Parameter]:
    """The options of all settings, for ``umbel``."""
    return [SettingOption(setting) for setting in PUBLIC]


def plugin_options(*, as_flower: bool) -> list[click.Parameter]:
    """The options for a sub-command of celery: those that celery itself has stand before its name."""
    return [SettingOption(setting, as_flower=as_flower) for setting in PUBLIC if not is_of_celery(setting)]


def is_of_celery(setting: Setting) -> bool:
    """Whether celery itself has this option, before the name of a sub-command."""
    return setting.name in {"app", "broker", "result_backend", "config", "workdir"}


def given(params: Mapping[str, Any]) -> dict[str, tuple[Given, ...]]:
    """What the command line gave, by the name of the setting."""
    found = {}
    for setting in PUBLIC:
        texts = params.get(setting.name)
        texts = (texts,) if isinstance(texts, str) else texts
        if texts:
            found[setting.name] = tuple(Given(text=text, origin=setting.option) for text in texts)
    return found


def spelled(words: Sequence[str]) -> list[str]:
    """Return the words with options in one spelling: ``--a_b`` as ``--a-b``, ``--flag`` as ``--flag=true``.

    The words after a ``--`` stay as they are.
    """
    flags = {setting.option for setting in PUBLIC if setting.about.kind == "flag"}
    return list(_spell(list(words), flags))


def _spell(words: list[str], flags: set[str]) -> Iterator[str]:
    while words:
        word = words.pop(0)
        if word == "--":
            yield from (word, *words)
            return
        name, equals, value = word.partition("=")
        if not name.startswith("--"):
            yield word
            continue
        name = name.replace("_", "-")
        if name in flags and not equals:
            value = words.pop(0) if words and is_yes_or_no(words[0]) else "true"
            yield f"{name}={value}"
        elif "--" + name.removeprefix("--no-") in flags and not equals:
            yield f"--{name.removeprefix('--no-')}=false"
        else:
            yield name + equals + value


def metavar(setting: Setting) -> str:
    """What stands for the value in ``--help``."""
    words = {
        "flag": "[yes|no]",
        "port": "PORT",
        "number": "N",
        "size": "SIZE",
        "list": "USER:PASSWORD",
        "links": "LABEL=URL",
        "names": "NAME,...",
        "level": "LEVEL",
        "ages": "STATE=DAYS,...",
        "limits": "LIMIT,...",
        "sync": "normal|full",
        "workers": "3|NAME=2|queue:NAME=2,...",
        "receiver": "auto|kombu|redis|amqp",
    }
    return words.get(setting.about.kind) or ("PATH" if setting.about.kind in {"path", "prefix"} else "TEXT")


def remark(setting: Setting, *, as_flower: bool) -> str:
    """The default and the environment names, for ``--help``."""
    names = ", ".join(environment_names(setting, as_flower=as_flower))
    return f"default: {default(setting)}; env: {names}" if default(setting) else f"env: {names}"


def default(setting: Setting) -> str:
    """The default as a person would write it; empty without one."""
    value = setting.default
    if setting.about.kind == "flag":
        return "yes" if value else "no"
    if setting.about.kind == "size" and value:
        return f"{value >> 30}GiB"
    return "" if value in (None, ()) else str(value)


def format_groups(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the options under the headings of the table."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record:
            groups.setdefault(_heading(param), []).append(record)
    for heading, records in groups.items():
        with formatter.section(heading):
            formatter.write_dl(records)


def _heading(param: click.Parameter) -> str:
    return param.setting.about.group if isinstance(param, SettingOption) else "Options"
