"""Sorts out the words after ``celery ... flower``: Flower drops what it does not know, Umbel says so and goes on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
from msgspec import Struct

from umbel.cli.flower_names import ALIASES, IDLE, OF_CELERY, REFUSED
from umbel.cli.options import HELP, SettingsCommand, plugin_options
from umbel.setting import SettingsError


class Words(Struct, frozen=True, kw_only=True):
    """The words by what they are. ``params`` holds the settings, ``conf`` the name of a configuration file."""

    params: Mapping[str, Any]
    conf: str | None
    notes: tuple[str, ...]


def read_words(words: Sequence[str], name: str) -> Words | None:
    """Return the words sorted out, or None after ``--help`` was shown. Raises SettingsError."""
    command = _command(name)
    try:
        with command.make_context(f"celery {name}", [_settled(word) for word in words]) as ctx:
            params = dict(ctx.params)
            conf, debug = params.pop("conf"), params.pop("debug")
            if debug and debug.lower() not in {"false", "f", "0"}:
                params["log_level"] = params["log_level"] or "debug"
            return Words(params=params, conf=conf, notes=tuple(_notes(ctx.args, name)))
    except click.exceptions.Exit:
        return None


def _command(name: str) -> click.Command:
    lenient = {"ignore_unknown_options": True, "allow_extra_args": True}
    extra = [
        click.Option(["--conf"], help="File of options, as for Flower.  [default: flowerconfig.py]"),
        click.Option(["--debug"], is_flag=False, flag_value="true", help="Log everything: --log-level=debug."),
    ]
    about = "Start Umbel, the monitor of Celery, with the application that celery has loaded."
    return SettingsCommand(
        name,
        params=[*plugin_options(as_flower=name == "flower"), *extra],
        help=about,
        context_settings={**HELP, **lenient},
    )


def _settled(word: str) -> str:
    """Flower's names and its free use of dashes, in our spelling."""
    name, equals, value = word.partition("=")
    bare = name.lstrip("-").replace("-", "_")
    if name.startswith("-") and (name.startswith("--") or equals) and len(bare) > 1:
        return f"--{ALIASES.get(bare, bare).replace('_', '-')}{equals}{value}"
    return word


def _notes(rest: Sequence[str], name: str) -> Iterator[str]:
    """One line for each word that changes nothing. Values are left out: they may be secret."""
    ignored = []
    for word in rest:
        option = word.partition("=")[0]
        bare = option.lstrip("-").replace("-", "_")
        if not option.startswith("-"):
            continue
        if bare in REFUSED:
            raise SettingsError(f"{option} cannot be passed over: {REFUSED[bare]}")
        if option in OF_CELERY:
            yield f"{option} is ignored: it stands before the name, as in `celery {option} ... {name}`"
        elif bare in IDLE:
            yield f"--{bare} does nothing here: {IDLE[bare]}"
        else:
            ignored.append(option)
    if ignored:
        yield f"ignored, as no options of {name}: {' '.join(ignored)}"
    if strays := _strays(rest):
        yield f"ignored: {strays} {'word that is' if strays == 1 else 'words that are'} no option"


def _strays(rest: Sequence[str]) -> int:
    """How many words are neither an option nor, perhaps, the value of the option before."""
    before = ["", *rest]
    return sum(
        not word.startswith("-") and not (earlier.startswith("-") and "=" not in earlier)
        for earlier, word in zip(before, rest, strict=False)
    )
