"""Empties queues: counts what waits, writes it to a file where that is wanted, deletes it.

With an export each message is taken, written, and only then acknowledged: what is deleted is in the file, and what
could not be written goes back to the queue.
"""

from __future__ import annotations

import os
import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import redis
from celery import Celery
from msgspec import Struct

from umbel.control.brokers.connection import CONNECT_WITHIN_S, unconnected
from umbel.control.commands.errors import CannotDo, NotThere
from umbel.control.commands.redis_batches import can_batch, move_batch
from umbel.control.commands.words import things
from umbel.model.errors import UmbelError
from umbel.model.secrets import Masker

BATCH: Final = 500
EXPORT_FOR_S: Final = 60.0
EXPORT_MESSAGES_AT_MOST: Final = 1_000_000
EXPORT_BYTES_AT_MOST: Final = 1 << 30
EXPORTS_KEPT: Final = 20
NOT_FOUND: Final = "404"
"""The reply code of AMQP, which kombu's other transports use as well."""

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,200}\.ndjson")


class Purged(Struct, frozen=True, kw_only=True):
    """How many messages were deleted, in words as well, and the name of the file that holds them."""

    messages: int
    text: str
    export: str | None = None


class Purges:
    """Connects anew for each call; any thread may call. ``folder`` is where exports go, made when it is needed."""

    def __init__(
        self, app: Celery, folder: Path, *, masker: Masker, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._folder = folder
        self._masker = masker
        self._elapsed = elapsed
        self._lock = threading.Lock()

    def count(self, queue: str) -> int:
        """Return how many messages wait. Raises NotThere and CannotDo."""
        with self._channel(queue) as channel:
            return int(channel.queue_declare(queue, passive=True).message_count)

    def purge(self, queue: str, *, export: bool, now: float) -> Purged:
        """Delete what waits. Raises NotThere, and CannotDo; what was deleted by then is in its file."""
        if export:
            with self._lock:  # one at a time: they share a folder
                return self._exported(queue, now)
        with self._channel(queue) as channel:
            channel.queue_declare(queue, passive=True)
            number = int(channel.queue_purge(queue) or 0)
        return Purged(messages=number, text=f"{things(number, 'message')} of {queue} deleted")

    def export(self, name: str) -> Path:
        """Return the file of an export. Raises NotThere."""
        path = self._folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise NotThere(f"there is no export {name[:100]!r}; the newest {EXPORTS_KEPT} are kept")
        return path

    def _exported(self, queue: str, now: float) -> Purged:
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S%fZ")
        path = self._folder / f"{_UNSAFE.sub('_', queue)[:100]}-{stamp}.ndjson"
        try:
            with self._channel(queue) as channel:
                number, left = self._move(channel, queue, path)
        except CannotDo as error:
            if not path.exists():
                raise
            raise CannotDo(f"{error}; what was deleted by then is in {path.name}") from error
        finally:
            self._drop_old()
        rest = f"; {things(left, 'message')} wait still: the export was at its bound" if left else ""
        if not number:
            return Purged(messages=0, text=f"nothing waited in {queue}")
        text = f"{things(number, 'message')} of {queue} written to {path.name} and deleted{rest}"
        return Purged(messages=number, text=text, export=path.name)

    def _move(self, channel: Any, queue: str, path: Path) -> tuple[int, int]:  # noqa: ANN401 - kombu's
        """Write and delete, and return how many, and how many are left."""
        left = int(channel.queue_declare(queue, passive=True).message_count)
        number, size, until = 0, 0, self._elapsed() + EXPORT_FOR_S
        while left and self._elapsed() < until and number < EXPORT_MESSAGES_AT_MOST and size < EXPORT_BYTES_AT_MOST:
            moved, size = self._move_batch(channel, queue, path, min(BATCH, left))
            if not moved:
                return number, 0
            number, left = number + moved, left - moved
        return number, left

    def _move_batch(self, channel: Any, queue: str, path: Path, most: int) -> tuple[int, int]:  # noqa: ANN401 - kombu's
        """Write and delete some, and return how many, and the size of the file."""
        sizes = [0]
        if can_batch(channel):
            moved = move_batch(channel, queue, most, lambda taken: sizes.append(self._append(path, queue, taken)))
            return moved, sizes[-1]
        taken = list(_taken(channel, queue, most))
        try:
            sizes.append(self._append(path, queue, taken) if taken else 0)
        except CannotDo:
            for message in taken:  # not every transport does so when its channel is closed
                channel.basic_reject(message.delivery_tag, requeue=True)
            raise
        for message in taken:
            channel.basic_ack(message.delivery_tag)
        return len(taken), sizes[-1]

    def _append(self, path: Path, queue: str, taken: Sequence[Any]) -> int:
        """Write these to the disk, and return the size of the file. Raises CannotDo."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # it holds the arguments of tasks
            with path.open("ab") as file:
                file.writelines(line_of(queue, message) for message in taken)
                file.flush()
                os.fsync(file.fileno())
                return file.tell()
        except OSError as error:
            why = error.strerror or str(error)
            raise CannotDo(f"{path.name}: {why}; what could not be written stays in {queue}") from error

    def _drop_old(self) -> None:
        """Delete all but the newest exports; their names end with their time."""
        files = sorted(self._folder.glob("*.ndjson"), key=lambda path: path.name.rpartition("-")[2], reverse=True)
        for path in files[EXPORTS_KEPT:]:
            path.unlink(missing_ok=True)

    @contextmanager
    def _channel(self, queue: str) -> Iterator[Any]:
        with unconnected(self._app, writes=True) as connection:
            try:
                connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_WITHIN_S)
                yield connection.channel()
            except UmbelError:
                raise
            except connection.channel_errors as error:
                if str(getattr(error, "reply_code", None)) == NOT_FOUND:
                    raise NotThere(f"there is no queue {queue!r} on the broker, or it is empty") from error
                raise CannotDo(self._told(error)) from error
            except Exception as error:  # drivers raise what they like
                raise CannotDo(self._told(error)) from error

    def _told(self, error: BaseException) -> str:
        text = self._masker.clean(" ".join(str(error).split()))[:300]
        why = f"{type(error).__name__}: {text or 'no reason given'}"
        if isinstance(error, TimeoutError | redis.TimeoutError):
            return f"the broker did not answer in time ({why}); what was asked may be done all the same"
        return f"the broker cannot be used for it ({why})"


def _taken(channel: Any, queue: str, number: int) -> Iterator[Any]:  # noqa: ANN401 - kombu's
    for _ in range(number):
        message = channel.basic_get(queue, no_ack=False)
        if message is None:
            return
        yield message


def line_of(queue: str, message: Any) -> bytes:  # noqa: ANN401 - kombu's
    """Return one line of JSON with all of a message; a body that is no text is in base64."""
    body = message.body
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
    try:
        text, encoding = raw.decode(), "utf-8"
    except UnicodeDecodeError:
        text, encoding = b64encode(raw).decode(), "base64"
    fields = {
        "queue": queue,
        "body": text,
        "body_encoding": encoding,
        "content_type": message.content_type,
        "content_encoding": message.content_encoding,
        "headers": message.headers,
        "properties": message.properties,
        "delivery_info": message.delivery_info,
    }
    return msgspec.json.encode(fields, enc_hook=str) + b"\n"
