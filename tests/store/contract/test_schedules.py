"""Entries, runs, beats and sources of schedules are stored, replaced, found and tidied."""

from __future__ import annotations

from msgspec.structs import replace

from tests.store.contract.conftest import OpenStore
from tests.store.support import arrivals
from tests.support.events import T0, an_event, received
from umbel.model.schedules import (
    BeatSeen,
    Entry,
    Rule,
    RuleKind,
    Run,
    RunVerdict,
    SourceKind,
    SourceRead,
    Standing,
)
from umbel.store.protocols import Store

MINUTELY = Rule(kind=RuleKind.INTERVAL, text="60 s", every_s=60.0)
PAY = Entry(name="pay", task="shop.tasks.pay", rule=MINUTELY, args="[1]", first_seen_at=T0)
MAIL = Entry(name="Mail out", task="mail.send", rule=MINUTELY, first_seen_at=T0)


def _run(due: float, verdict: RunVerdict = RunVerdict.ON_TIME, look_at: float | None = None) -> Run:
    return Run(entry_id=PAY.id, due_at=T0 + due, verdict=verdict, look_at=look_at, task_id=f"t{due}")


def test_entries_are_kept_as_they_were_told(open_again: OpenStore) -> None:
    """By name, each once; another process finds them as they were left, and how they stand stays when they change."""
    store = open_again()
    stands = Standing(entry_id=PAY.id, verdict=RunVerdict.MISSED, since=T0, runs=3, next_due_at=T0 + 60)
    store.schedules.keep_entries([PAY, MAIL])
    store.schedules.keep_runs([], [stands])
    changed = replace(PAY, args="[2]", changed_at=T0 + 5)
    store.schedules.keep_entries([changed])
    again = open_again()
    assert again.schedules.entries() == [MAIL, changed]
    assert again.schedules.entry(PAY.id) == (changed, stands)
    assert again.schedules.standings() == {PAY.id: stands}
    for _ in range(2):
        everything = dict(again.schedules.all_standing())
        assert everything == {changed: stands, MAIL: Standing(entry_id=MAIL.id)}
    assert again.schedules.entry("nobody") is None


def test_a_page_of_entries(store: Store) -> None:
    """Those in trouble come first, or what is due next; text is found in names and tasks; archived ones stand apart."""
    gone = replace(MAIL, name="gone", archived_at=T0)
    store.schedules.keep_entries([PAY, MAIL, gone])
    in_trouble = Standing(entry_id=PAY.id, verdict=RunVerdict.MISSED, next_due_at=T0 + 60)
    store.schedules.keep_runs([], [in_trouble, Standing(entry_id=MAIL.id, next_due_at=T0 + 30)])

    def names(**chosen: object) -> list[str]:
        return [entry.name for entry, _ in store.schedules.page(**chosen).items]  # type: ignore[arg-type]  # as given

    assert names() == ["pay", "Mail out"]
    assert names(by="name") == ["Mail out", "pay"]
    assert names(by="next") == ["Mail out", "pay"]
    assert names(troubled=True) == ["pay"]
    assert names(text="MAIL") == ["Mail out"]
    assert names(text="100%_") == []
    assert names(archived=True) == ["gone"]
    second = store.schedules.page(limit=1, offset=1)
    assert ([entry.name for entry, _ in second.items], second.total) == (["Mail out"], 2)


def test_runs_are_judged_in_the_order_of_their_looks(store: Store) -> None:
    """Only what is to be judged by now; a run of the same due time is the same run."""
    late, soon, done = _run(0, RunVerdict.WAITING, T0 + 9), _run(60, RunVerdict.RUNNING, T0 + 3), _run(120)
    store.schedules.keep_runs([late, soon, done])
    assert store.schedules.due(T0 + 2) == []
    assert store.schedules.due(T0 + 10) == [soon, late]
    assert store.schedules.due(T0 + 10, limit=1) == [soon]
    store.schedules.keep_runs([replace(soon, verdict=RunVerdict.FAILED, look_at=None, reason="ValueError('no')")])
    assert store.schedules.due(T0 + 10) == [late]
    assert [run.verdict for run in store.schedules.runs(PAY.id)] == ["on_time", "failed", "waiting"]
    assert store.schedules.runs(PAY.id, before=T0 + 60) == [late]
    assert store.schedules.strips([PAY.id, MAIL.id], T0 + 60, limit=1)[PAY.id][0].due_at == T0 + 60
    assert store.schedules.troubles(T0, T0 + 60) == {RunVerdict.FAILED: 1}
    assert store.schedules.troubles(T0, T0 + 59) == {}


def test_what_was_sent_since(store: Store) -> None:
    """Tasks of these names alone, from a place on, in their order; who sent them and when is known."""
    sent = an_event("sent", 1, uuid="a", hostname="gen1@web", name="mail.send", queue="q", retries=0)
    store.commit(arrivals([sent, received(2, uuid="b", name="mail.send"), received(3, uuid="c", name="other")], at=4))
    (first, second) = store.schedules.sends({"mail.send": 0, "never": 0})["mail.send"]
    assert (first.task.id, first.task.client, first.at, first.arrived_at) == ("a", "gen1@web", T0 + 1, T0 + 4)
    assert [one.task.id for one in store.schedules.sends({"mail.send": first.place})["mail.send"]] == ["b"]
    assert store.schedules.sends({"mail.send": store.schedules.newest_place()}) == {}
    assert second.place <= store.schedules.newest_place()
    assert store.schedules.arrivals("mail.send") == [T0 + 1, T0 + 2]
    assert store.schedules.arrivals("mail.send", limit=1) == [T0 + 2]
    assert store.schedules.names() == ["mail.send", "other"]


def test_beats_and_sources(store: Store) -> None:
    """Both are replaced by what is known now, and the latest beat comes first."""
    old, new = (BeatSeen(client=f"gen{n}@x", first_at=T0, last_at=T0 + n, sends=n) for n in (1, 2))
    store.schedules.keep_beats([new, old])
    store.schedules.keep_beats([replace(old, last_at=T0 + 1.5)])
    assert [(one.client, one.last_at) for one in store.schedules.beats()] == [
        ("gen2@x", T0 + 2),
        ("gen1@x", T0 + 1.5),
    ]
    read = SourceRead(kind=SourceKind.APP, place="-A shop", tried_at=T0, read_at=T0, entries=2)
    store.schedules.keep_sources([read, replace(read, kind=SourceKind.SHELVE, place="/x", error="it is not there")])
    store.schedules.keep_sources([read])
    assert store.schedules.sources() == [read]


def test_runs_that_went_well_go_first(store: Store) -> None:
    """Beyond the newest so many only trouble stays, until it is too old; what is open always stays."""
    runs = [_run(60 * n, RunVerdict.MISSED if n % 4 == 0 else RunVerdict.ON_TIME) for n in range(12)]
    store.schedules.keep_runs([*runs, _run(5, RunVerdict.WAITING, T0 + 9_999)])
    assert store.schedules.tidy([PAY.id, MAIL.id], kept=3, before=None) == 6
    assert [run.due_at - T0 for run in store.schedules.runs(PAY.id)] == [660, 600, 540, 480, 240, 5, 0]
    assert store.schedules.tidy([PAY.id], kept=3, before=T0 + 240) == 2
