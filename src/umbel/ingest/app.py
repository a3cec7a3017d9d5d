"""The Celery application that Umbel talks through: the user's own, or a bare one that knows the broker only."""

import os
import sys
from pathlib import Path

import celery
from celery.app.utils import find_app

from umbel.ingest.errors import AppNotFound
from umbel.model.secrets import Masker


def make_app(
    broker: str | None = None,
    *,
    app: str | None = None,
    result_backend: str | None = None,
    workdir: Path | None = None,
) -> celery.Celery:
    """Return an application for ``broker`` (a URL), or the one that ``app`` names as Celery's ``-A`` does.

    Where both are given, the broker and the result backend replace those of the application. Loading an application
    runs the user's code, looked for in ``workdir`` (the current folder by default) first. Raises AppNotFound.
    """
    made = _bare(broker) if app is None else _load(app, workdir or Path.cwd(), Masker(broker or ""))
    if broker:
        made.conf.update(broker_url=broker, broker_read_url=broker, broker_write_url=broker)
    if result_backend:
        made.conf.update(result_backend=result_backend)
    return made


def _bare(broker: str | None) -> celery.Celery:
    return celery.Celery("umbel", broker=broker, set_as_current=False)


def _load(path: str, workdir: Path, masker: Masker) -> celery.Celery:
    folder = os.fspath(workdir)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        found = find_app(path)
    except Exception as error:  # the user's code may raise anything
        told = masker.clean(f"{type(error).__name__}: {error}")
        raise AppNotFound(f"cannot load the Celery application {path!r}: {told}") from error
    if not isinstance(found, celery.Celery):
        raise AppNotFound(f"{path!r} is {type(found).__name__}, and not a Celery application")
    return found
