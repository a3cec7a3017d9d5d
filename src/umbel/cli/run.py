"""From what was given to a running server, and every failure to one line."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec
from msgspec import Struct

from umbel import __version__
from umbel.cli.checks import checked
from umbel.cli.flower_config import DEFAULT_NAME, read_flower_config
from umbel.cli.flower_names import IDLE, REFUSED
from umbel.cli.options import given
from umbel.cli.resolve import Resolved, Resolver
from umbel.cli.sources import FLOWER, UMBEL, Environment, read_dotenv
from umbel.cli.visible import LOG_FORMAT, LineFormatter, visible
from umbel.model.errors import UmbelError
from umbel.model.secrets import mask_url
from umbel.setting import SettingsError
from umbel.settings import Settings

if TYPE_CHECKING:
    from celery import Celery

FAILED: Final = 1
"""Exit code: Umbel cannot start, or cannot go on."""
BAD_SETTING: Final = 2
"""Exit code: a setting cannot be used."""
INTERRUPTED: Final = 130
"""Exit code: stopped by Ctrl-C before it was ready."""


class Invocation(Struct, frozen=True, kw_only=True):
    """One start: the options by name of setting, and what only ``celery umbel`` and ``celery flower`` have."""

    params: Mapping[str, Any]
    as_flower: bool = False
    conf: str | None = None
    notes: Sequence[str] = ()
    app: "Celery | None" = None
    quiet: bool = False
    fixed: Mapping[str, Any] = msgspec.field(default_factory=dict)


def run(invocation: Invocation) -> int:
    """Serve until stopped and return the exit code. Failures are told in one line, without a traceback."""
    try:
        resolved = prepare(invocation)
        return _serve(resolved, invocation)
    except UmbelError as error:
        click.echo(f"Error: {visible(str(error))}", err=True)
        return BAD_SETTING if isinstance(error, SettingsError) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def prepare(invocation: Invocation) -> Resolved:
    """Return the checked settings and the notes for the terminal. Raises SettingsError."""
    folder = _change_folder(invocation.params)
    environments = (Environment(os.environ), read_dotenv(folder))
    file, notes = _config_file(invocation, environments, folder)
    resolver = Resolver(given(invocation.params), file, environments, as_flower=invocation.as_flower)
    resolved = resolver.resolve()
    settings = checked(msgspec.structs.replace(resolved.settings, **invocation.fixed))
    if invocation.app is None and not settings.broker and not settings.app:
        raise SettingsError(
            "no broker is named: give --broker redis://localhost:6379/0 (or another URL), "
            "--app your_project, or set UMBEL_BROKER; `umbel demo` needs neither"
        )
    return Resolved(settings=settings, notes=(*invocation.notes, *notes, *resolved.notes))


def _change_folder(params: Mapping[str, Any]) -> Path:
    wanted = params.get("workdir") or os.environ.get(UMBEL + "WORKDIR")
    if wanted:
        folder = Path(wanted).expanduser()
        if not folder.is_dir():
            raise SettingsError(f"workdir={wanted} is not a folder")
        os.chdir(folder)
    return Path.cwd()


def _config_file(
    invocation: Invocation, environments: Sequence[Environment], folder: Path
) -> tuple[Mapping[str, Any], Sequence[str]]:
    if not invocation.as_flower:
        ignored = (folder / DEFAULT_NAME).is_file()
        return {}, [f"{DEFAULT_NAME} is not read: only `celery flower` reads it"] if ignored else []
    notes = list(_idle_names(environments))
    found = next((found for environment in environments if (found := environment.find([FLOWER + "CONF"]))), None)
    config = read_flower_config(invocation.conf or (found.text if found else None), folder)
    notes += [f"{DEFAULT_NAME}: {name} does nothing here: {IDLE[name]}" for name in config.idle]
    return config.settings, notes


def _idle_names(environments: Sequence[Environment]) -> Iterator[str]:
    """Notes on the variables of Flower that do nothing. Raises SettingsError for those that protect."""
    for environment in environments:
        for name, why in REFUSED.items():
            if environment.find([FLOWER + name.upper()]):
                raise SettingsError(f"{FLOWER}{name.upper()} cannot be passed over: {why}")
        for name, why in IDLE.items():
            if environment.find([FLOWER + name.upper()]):
                yield f"{FLOWER}{name.upper()} does nothing here: {why}"


def _serve(resolved: Resolved, invocation: Invocation) -> int:
    from umbel.server import serve  # noqa: PLC0415 - half a second, which --help and a wrong option need not wait for

    settings = resolved.settings
    _start_log(settings.log_level)
    for note in (*resolved.notes, *settings.warnings):
        click.echo(f"Warning: {note}", err=True)
    _export(settings)

    def on_ready(url: str) -> None:
        if not invocation.quiet:
            click.echo("\n".join(banner(url, settings, invocation.app)))

    return serve(settings, on_ready=on_ready, app=invocation.app)


def _start_log(level: str) -> None:
    terminal = logging.StreamHandler()
    terminal.setFormatter(LineFormatter(LOG_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[terminal])
    if level != "debug":
        for talkative in ("alembic", "uvicorn"):
            logging.getLogger(talkative).setLevel(logging.WARNING)


def _export(settings: Settings) -> None:
    """Hand on what Celery reads from the environment alone, as celery's own command line does."""
    names = {"CELERY_RESULT_BACKEND": settings.result_backend, "CELERY_CONFIG_MODULE": settings.config}
    os.environ.update({name: value for name, value in names.items() if value})


def banner(url: str, settings: Settings, app: "Celery | None" = None) -> list[str]:
    """What is said once Umbel answers."""
    broker = app.connection_for_read().as_uri() if app else settings.broker
    source = ("broker", mask_url(broker)) if broker else ("app", settings.app)
    lines = (source, ("history", mask_url(settings.store_location)), ("stop", "Ctrl-C"))
    return [f"Umbel {__version__} is ready: {url}", *(f"  {name:<8} {value}" for name, value in lines)]
