"""Reads what a result backend keeps of tasks, by their ids, through Celery's own backends.

Nothing is ever looked for by scanning keys. Backends that keep key and value (Redis, memcached, files, ...) are read
many at a time and only parsed, so that nothing of a result is made into an object. All others (databases, MongoDB, ...)
are read by ``get_task_meta``, one at a time for as long as there is time; a database keeps pickles, and reading them
runs what is in them, as it does in every client of that backend.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from celery import Celery
from celery.backends.base import BaseKeyValueStoreBackend, DisabledBackend
from celery.backends.rpc import RPCBackend
from msgspec import Struct

from umbel.model.secrets import Masker

MAX_RESULT_BYTES: Final = 4_194_304
"""A result that is larger is not parsed: its end would cost more than it tells."""

_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_.:@+=-]{1,200}")
"""Ids that are safe as a file's name and as a key of memcached."""

NO_BACKEND: Final = "no result backend is known"
RPC: Final = "results of rpc:// can only be read by those who sent the tasks"

Meta = Mapping[str, object]


class Found(Struct, frozen=True, kw_only=True):
    """What a look brought: the records by task id, and the ids that were looked up, also where nothing was found.

    Under an id in ``refused`` nothing can be looked up in this backend: it could be taken for something else there.
    """

    metas: dict[str, Meta] = {}
    looked_up: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


class Results:
    """The result backend of an application. For one thread at a time.

    ``why_not`` says why nothing can be read at all, ``last_error`` why the last look failed; both ``None`` otherwise.
    Neither holds a password. ``unreadable`` counts records that could not be understood.
    """

    def __init__(self, app: Celery, *, masker: Masker, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._masker = masker
        self._elapsed = elapsed
        self._opened: Any = None
        self.why_not: str | None = None
        self.last_error: str | None = None
        self.unreadable = 0

    @property
    def backend(self) -> Any:  # noqa: ANN401 - each has a class of its own
        """The backend that is read, ``None`` before it was opened. Celery makes another one for each thread."""
        return self._opened

    def open(self) -> bool:
        """Find out whether there is a backend that can be read. No result is read for it."""
        if self._opened is None and self.why_not is None:
            try:
                backend: Any = self._app.backend
            except Exception as error:  # noqa: BLE001 - a driver that is not installed, a URL that makes no sense
                self.why_not = f"the result backend cannot be used ({self._told(error)})"
            else:
                self.why_not = _why_not(backend)
                self._opened = backend if self.why_not is None else None
        return self._opened is not None

    def look_up(self, task_ids: Sequence[str], within_s: float) -> Found:
        """Return what is kept of these tasks; blocks for about ``within_s`` seconds, or as long as the driver does.

        Where there is no time for all of them, the last ones are not looked up. Never raises.
        """
        if not self.open():
            return Found()
        self.last_error = None
        try:
            if isinstance(self._opened, BaseKeyValueStoreBackend):
                return self._many(task_ids)
            return self._one_by_one(task_ids, self._elapsed() + within_s)
        except Exception as error:  # noqa: BLE001 - drivers raise what they like; all of it means "not now"
            self.last_error = self._told(error)
            return Found()

    def _many(self, task_ids: Sequence[str]) -> Found:
        backend = self._opened
        is_redis = hasattr(backend, "client") and hasattr(backend, "connparams")
        wanted = [task_id for task_id in task_ids if is_redis or _PLAIN_ID.fullmatch(task_id)]
        keys = {task_id: backend.get_key_for_task(task_id) for task_id in wanted}
        payloads = _payloads(backend, keys)
        metas = {task_id: self._parsed(payload) for task_id, payload in payloads if payload}
        known = {task_id: meta for task_id, meta in metas.items() if meta is not None}
        return Found(metas=known, looked_up=frozenset(wanted), refused=frozenset(task_ids) - frozenset(wanted))

    def _parsed(self, payload: Any) -> Meta | None:  # noqa: ANN401 - what a driver returns
        if len(payload) > MAX_RESULT_BYTES:
            self.unreadable += 1
            return None
        try:
            meta = self._opened.decode(payload)
        except Exception:  # noqa: BLE001 - a serializer that is not allowed, or no record at all
            meta = None
        if isinstance(meta, Mapping):
            return meta
        self.unreadable += 1
        return None

    def _one_by_one(self, task_ids: Sequence[str], until: float) -> Found:
        metas: dict[str, Meta] = {}
        looked_up: list[str] = []
        for task_id in task_ids:
            if looked_up and self._elapsed() >= until:
                break
            meta = self._opened.get_task_meta(task_id, cache=False)
            looked_up.append(task_id)
            if isinstance(meta, Mapping):
                metas[task_id] = meta
        return Found(metas=metas, looked_up=frozenset(looked_up))

    def _told(self, error: BaseException) -> str:
        text = " ".join(str(error).split()) or "no reason given"
        return self._masker.clean(f"{type(error).__name__}: {text}")[:300]


def _why_not(backend: object) -> str | None:
    if isinstance(backend, DisabledBackend):
        return NO_BACKEND
    return RPC if isinstance(backend, RPCBackend) else None


def _payloads(backend: Any, keys: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a driver's values
    """Yield what is kept under each key, by task id. Drivers answer with a mapping or in order."""
    if not keys:
        return
    try:
        found = backend.mget(list(keys.values()))
    except NotImplementedError:
        found = [backend.get(key) for key in keys.values()]
    if hasattr(found, "items"):
        by_key = {_text(key): value for key, value in found.items()}
        yield from ((task_id, by_key.get(_text(key))) for task_id, key in keys.items())
    else:
        yield from zip(keys, found, strict=False)


def _text(key: object) -> str:
    return key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)
