"""What the agent inside beat says: its entries, that it ticks, and which task it sent for which entry."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from umbel.model.schedules import BeatSeen, Entry, Origin, Rule, RuleKind, SourceKind
from umbel.model.wire import BeatEntry, BeatReport
from umbel.schedule.expressions import FIELDS, bad, cron, in_calendar, interval, rule_of, sun
from umbel.schedule.sources.source import ENTRIES_AT_MOST, Listing, cut, text_or_none

SILENT_AFTER_S: Final = 60.0
"""Beat's agent speaks every ten seconds."""
BEATS_AT_MOST: Final = 20


class _Heard:
    """What one beat said: the entries as far as they were listed, and of which listing which parts came."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.listing = -1
        self.parts: set[int] = set()
        self.listed: dict[str, Entry] = {}
        self.is_whole = False
        self.at = 0.0


class AgentSource:
    """Takes reports from the stream of events; any thread may call. Beats of one host are told apart by process."""

    kind = SourceKind.AGENT
    place = "the agent in beat"

    def __init__(self, *, clock: Callable[[], float], on_runs: Callable[[Mapping[str, str]], None]) -> None:
        self._clock = clock
        self._on_runs = on_runs
        self._lock = threading.Lock()
        self._heard: dict[str, _Heard] = {}
        self._ticks: dict[str, BeatSeen] = {}

    def take(self, hostname: str, fields: Mapping[str, object], at: float) -> None:
        """Take the fields of an ``umbel-beat`` event stamped ``at`` (epoch seconds); nonsense is passed over."""
        try:
            report = msgspec.convert(dict(fields), BeatReport, strict=False)
        except msgspec.ValidationError:
            return
        beat = _named(hostname, report.get("pid"))
        with self._lock:
            self._listen(beat, hostname, report)
            known = self._ticks.get(beat)
            self._ticks[beat] = BeatSeen(
                client=beat,
                first_at=in_calendar(report["started_at"]) or at,
                last_at=at,
                sends=(known.sends if known else 0) + len(report["runs"]),
                ticked_at=in_calendar(report.get("ticked_at")),
                offset_s=self._clock() - at,
                how="its agent",
            )
        self._on_runs({one["task_id"]: one["entry"] for one in report["runs"]})

    def _listen(self, beat: str, hostname: str, report: BeatReport) -> None:
        if beat not in self._heard and len(self._heard) >= BEATS_AT_MOST:
            oldest = min(self._heard, key=lambda name: self._heard[name].at)
            del self._heard[oldest]
            self._ticks.pop(oldest, None)
        heard = self._heard.setdefault(beat, _Heard())
        heard.at = self._clock()
        origin = Origin(kind=self.kind, place=hostname)
        entries = {one.name: one for one in (_entry(told, report, origin) for told in report["entries"])}
        if not report["complete"]:
            heard.entries.update(entries)
            for name in report["gone"]:
                heard.entries.pop(name, None)
            return
        if report["listing"] != heard.listing:
            heard.listing, heard.parts, heard.listed = report["listing"], set(), {}
        heard.parts.add(report["part"])
        heard.listed.update(list(entries.items())[: max(0, ENTRIES_AT_MOST - len(heard.listed))])
        if len(heard.parts) >= report["parts"]:
            heard.entries, heard.is_whole = dict(heard.listed), True

    def read(self) -> Listing | None:
        """Return the entries of all beats that speak, ``None`` while none has told all of them."""
        now = self._clock()
        with self._lock:
            speaking = {name: one for name, one in self._heard.items() if now - one.at < SILENT_AFTER_S}
            if not any(one.is_whole for one in speaking.values()):
                return None
            found = {entry.id: entry for one in speaking.values() for entry in one.entries.values()}
        return Listing(entries=tuple(found.values()), note=f"told by {', '.join(sorted(speaking))}")

    def beats(self) -> list[BeatSeen]:
        """Return the beats whose agents spoke of late."""
        now = self._clock()
        with self._lock:
            return [one for one in self._ticks.values() if now - one.last_at < SILENT_AFTER_S]


def _named(hostname: str, pid: int | None) -> str:
    """Return what a beat is called: ``celerybeat@host`` of process 7 is ``celerybeat-7@host``."""
    name, at, host = hostname.partition("@")
    return f"{name}-{pid}{at}{host}" if pid is not None and pid > 0 else hostname


def _entry(told: BeatEntry, report: BeatReport, origin: Origin) -> Entry:
    zone = text_or_none(report.get("timezone"))
    entry = Entry(
        name=cut(told["name"]),
        task=cut(told["task"]),
        rule=_rule(told, zone),
        args=text_or_none(told.get("args")),
        kwargs=text_or_none(told.get("kwargs")),
        queue=text_or_none(told.get("queue")),
        enabled=told.get("enabled", True),
        origins=(origin,),
    )
    runs = told.get("total_run_count")
    return replace(entry, total_runs=runs, last_run_at=in_calendar(told.get("last_run_at")) if runs else None)


def _rule(told: BeatEntry, zone: str | None) -> Rule:
    rule = told["rule"]
    match rule["kind"]:
        case "interval" if "every_s" in rule:
            return interval(rule["every_s"], relative=rule.get("relative", False), text=cut(told["schedule"]))
        case "crontab":
            fields = dict(rule)
            return cron(tuple(str(fields.get(field, "*")) for field in FIELDS), rule.get("timezone") or zone)
        case "solar" if "latitude" in rule and "longitude" in rule:
            return sun(str(rule.get("event")), rule["latitude"], rule["longitude"])
        case "clocked" if "at" in rule:
            at = in_calendar(rule["at"])
            if at is None:
                return bad(cut(told["schedule"]), "its instant is in no calendar")
            return Rule(kind=RuleKind.CLOCKED, text=cut(told["schedule"]), at=at)
        case _:
            return rule_of(told["schedule"], zone)
