"""Which tasks are one group, and what a waiting chord waits for, as the result backend tells.

No event names a group. The record of a result does (``group_id``, ``celery.backends.base``), and while a chord waits, a
Redis backend keeps how many tasks it is made of under ``<prefix>taskset-meta-<group>.s`` (``celery.backends.redis``,
``set_chord_size``). Both are read when somebody looks at a workflow, never by a scan, and kept for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from celery import Celery

from umbel.control.results import Results
from umbel.model.secrets import Masker
from umbel.model.workflow import Groups

LARGEST_RECORD: Final = 65_536
"""Bytes of a record beyond which its group is not looked for: it would be read for one short text."""
OTHERS_AT_MOST: Final = 200
"""So many ids are looked up at once in a backend whose records cannot be measured first."""
AGAIN_S: Final = 5.0
WITHIN_S: Final = 0.5
ANSWER_WITHIN_S: Final = 3.0
"""Who waits for a page waits no longer."""
_REMEMBERED: Final = 50_000
_SIZES_AT_MOST: Final = 50


T = TypeVar("T")


class GroupFinder:
    """Looks groups up. Safe to use from several threads, one of which asks at a time.

    A driver may wait for minutes for a backend that is out of reach, and nobody here waits that long for it.
    """

    def __init__(self, app: Celery, *, masker: Masker, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._results = Results(app, masker=masker)
        self._elapsed = elapsed
        self._turn = threading.Lock()
        self._is_stuck = False
        self._known: dict[str, str | None] = {}
        self._asked: dict[str, float] = {}

    def why_none(self) -> str | None:
        """Return why no group can be told, ``None`` where the backend can be read."""
        is_open = self._patiently(self._results.open)
        if is_open is None:
            return f"the result backend did not answer within {ANSWER_WITHIN_S:g} s"
        return self._results.last_error if is_open else self._results.why_not

    def look_up(self, task_ids: Sequence[str]) -> Groups:
        """Return the groups of these tasks, and the sizes of those that are chords which wait. Never raises."""
        return self._patiently(lambda: self._looked_up(task_ids)) or Groups()

    def _looked_up(self, task_ids: Sequence[str]) -> Groups:
        if not self._results.open():
            return Groups()
        now = self._elapsed()
        self._ask([one for one in task_ids if self._is_due(one, now)], now)
        of_task = {one: group for one in task_ids if (group := self._known.get(one)) is not None}
        return Groups(of_task=of_task, waiting=self._sizes(dict.fromkeys(of_task.values())))

    def _patiently(self, ask: Callable[[], T]) -> T | None:
        """Return what is answered in time, else ``None``; while one question hangs no other one is asked."""
        if not self._turn.acquire(timeout=0.0 if self._is_stuck else ANSWER_WITHIN_S):
            return None
        answer: Future[T] = Future()
        threading.Thread(target=self._answer, args=(ask, answer), name="umbel-groups", daemon=True).start()
        try:
            return answer.result(ANSWER_WITHIN_S)
        except TimeoutError:
            self._is_stuck = not answer.done()
            return None

    def _answer(self, ask: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(ask())
        except Exception as error:  # noqa: BLE001 - who asked is told
            answer.set_exception(error)
        finally:
            self._is_stuck = False
            self._turn.release()

    def _is_due(self, task_id: str, now: float) -> bool:
        """Whether to ask: a record that is there tells its group for good, one that is not may come."""
        return task_id not in self._known and now - self._asked.get(task_id, float("-inf")) >= AGAIN_S

    def _ask(self, task_ids: Sequence[str], now: float) -> None:
        if not task_ids:
            return
        if len(self._known) + len(self._asked) > _REMEMBERED:
            self._known.clear()
            self._asked.clear()
        self._asked.update(dict.fromkeys(task_ids, now))
        for task_id, meta in self._results.look_up(self._small(task_ids), WITHIN_S).metas.items():
            group = meta.get("group_id")
            if group is not None or meta.get("status") not in ("PENDING", "STARTED"):
                self._known[task_id] = str(group) if group else None

    def _redis(self) -> Any | None:  # noqa: ANN401 - redis-py's client
        backend = self._results.backend
        return backend.client if hasattr(backend, "client") and hasattr(backend, "connparams") else None

    def _small(self, task_ids: Sequence[str]) -> Sequence[str]:
        """Return those whose records are not large, where that can be asked."""
        client = self._redis()
        if client is None:
            return task_ids[:OTHERS_AT_MOST]
        backend = self._results.backend
        lengths = self._piped(client, "strlen", [backend.get_key_for_task(one) for one in task_ids])
        return [one for one, length in zip(task_ids, lengths, strict=False) if 0 < length <= LARGEST_RECORD]

    def _sizes(self, groups: Iterable[str]) -> dict[str, int]:
        client = self._redis()
        some = list(groups)[:_SIZES_AT_MOST]
        if client is None or not some:
            return {}
        backend = self._results.backend
        found = self._piped(client, "get", [backend.get_key_for_group(group, ".s") for group in some])
        return {group: int(size) for group, size in zip(some, found, strict=False) if size is not None}

    @staticmethod
    def _piped(client: Any, command: str, keys: Sequence[Any]) -> list[Any]:  # noqa: ANN401 - redis-py's client
        try:
            with client.pipeline(transaction=False) as pipe:
                for key in keys:
                    getattr(pipe, command)(key)
                return list(pipe.execute())
        except Exception:  # noqa: BLE001 - a backend that does not answer knows no group now
            return []
