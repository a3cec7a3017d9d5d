"""Entries of several sources as one schedule, and what changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from umbel.model.schedules import Entry, SourceKind
from umbel.schedule.sources.source import ENTRIES_AT_MOST

_ORDER: Final = tuple(SourceKind)


class Merged(Struct, frozen=True, kw_only=True):
    """The entries, the archived ones too; those that have to be stored; and the ids whose runs change."""

    entries: tuple[Entry, ...]
    to_store: tuple[Entry, ...]
    to_plan: frozenset[str]


def together(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return entries by id, those of the same id as one: what the more telling source says counts."""
    found: dict[str, Entry] = {}
    ranked = sorted(entries, key=lambda one: min(_ORDER.index(origin.kind) for origin in one.origins))
    for entry in ranked[: 4 * ENTRIES_AT_MOST]:
        known = found.get(entry.id)
        found[entry.id] = entry if known is None else _joined(known, entry)
    return dict(list(found.items())[:ENTRIES_AT_MOST])


def _joined(known: Entry, other: Entry) -> Entry:
    ran = [at for at in (known.last_run_at, other.last_run_at) if at is not None]
    counts = [total for total in (known.total_runs, other.total_runs) if total is not None]
    return replace(
        known,
        origins=(*known.origins, *(one for one in other.origins if one not in known.origins)),
        queue=known.queue or other.queue,
        last_run_at=max(ran, default=None),
        total_runs=max(counts, default=None),
        note=known.note or _difference(known, other),
    )


def _difference(known: Entry, other: Entry) -> str | None:
    """A configured entry that beat's own store has otherwise: beat goes by its store."""
    same_rule = replace(known.rule, text="") == replace(other.rule, text="")
    if same_rule and known.task == other.task:
        return None
    return f"{other.origins[0].place} has it otherwise: {other.task}, {other.rule.text}"


def merge(
    known: Mapping[str, Entry], now_told: Mapping[str, Entry], unread: Iterable[SourceKind], now: float
) -> Merged:
    """Return the schedule after a reading. An entry is archived when no source has it any more.

    One that only sources had which could not be read this time (``unread``) stays as it was.
    """
    missing = frozenset(unread)
    entries: list[Entry] = []
    to_store: list[Entry] = []
    to_plan: set[str] = set()
    for entry_id, told in now_told.items():
        before = known.get(entry_id)
        entry = _dated(told, before, now)
        entries.append(entry)
        if before is None or before.archived_at is not None or before.call != entry.call:
            to_plan.add(entry_id)
        if entry != before:
            to_store.append(entry)
    for entry_id, before in known.items():
        if entry_id in now_told:
            continue
        is_kept = before.archived_at is not None or any(origin.kind in missing for origin in before.origins)
        entry = before if is_kept else replace(before, archived_at=now)
        entries.append(entry)
        if not is_kept:
            to_store.append(entry)
            to_plan.add(entry_id)
    return Merged(entries=tuple(entries), to_store=tuple(to_store), to_plan=frozenset(to_plan))


def _dated(told: Entry, before: Entry | None, now: float) -> Entry:
    if before is None:
        return replace(told, first_seen_at=now)
    changed_at = before.changed_at if before.call == told.call else now
    # One that comes back begins anew: of what was due meanwhile nothing can be said.
    first = before.first_seen_at if before.archived_at is None else now
    return replace(told, first_seen_at=first, changed_at=changed_at)
