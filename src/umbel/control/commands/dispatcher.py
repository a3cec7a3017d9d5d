"""The one way of every command: check, confirm, ask for facts, write down, send, write down what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from umbel.control.commands import effects, facts, words
from umbel.control.commands.errors import CannotDo, NotConfirmed, ReadOnly
from umbel.control.commands.queues import Purges
from umbel.control.commands.remote import remote_arguments, remote_name
from umbel.control.commands.roster import Roster
from umbel.control.commands.tasks import Tasks
from umbel.control.inspect import Answers, Command as Ask, Inspector
from umbel.model.audit import REPLIES_KEPT, TEXT_KEPT, AuditEntry, Outcome, Reply, outcome_of
from umbel.model.commands import (
    Abort,
    BadCommand,
    Command,
    DisableEvents,
    MaybeEverywhere,
    Purge,
    Revoke,
    SendTask,
    Shutdown,
    Terminate,
    ToWorkers,
    check,
    confirmation_of,
    name_of,
)
from umbel.model.errors import UmbelError
from umbel.model.tasks import OVER_STATES
from umbel.store.protocols import AuditStore, StoreError, TaskReader

ANSWER_WITHIN_S: Final = 3.0
OBEY_WITHIN_S: Final = 60.0
"""A worker that meets a command later passes it over. Its clock may differ from ours by about as much."""
REVOKE_WITHIN_S: Final = 3_600.0
STOP_SEEN_WITHIN_S: Final = 4.0
_LOOK_EVERY_S: Final = 0.1
_BROKER: Final = "broker"

audit_log = logging.getLogger("umbel.audit")


class Store(TaskReader, Protocol):
    """What of the store the dispatcher uses."""

    @property
    def audit(self) -> AuditStore:
        """Who did what."""


class Preview(Struct, frozen=True, kw_only=True):
    """What a command would do, before anything is sent.

    ``effect`` are sentences. ``confirm`` is what has to be typed. ``messages`` wait in the queue that would be emptied.
    ``refused`` are the workers for which it makes no sense, and why.
    """

    what: str
    effect: tuple[str, ...]
    confirm: str | None
    messages: int | None = None
    refused: tuple[Reply, ...] = ()


class Done(Struct, frozen=True, kw_only=True):
    """What came of a command. ``task_id`` is of the task that was sent, ``export`` the file of what was purged."""

    entry: AuditEntry
    task_id: str | None = None
    export: str | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """Which workers are sent a command, and what is known to be refused. ``queue`` takes the task that is sent.

    ``messages`` wait in the queue that is emptied. Of the tasks that were named ``ended`` need nothing any more, and
    ``command`` is about the others alone.
    """

    command: Command
    ended: int = 0

    workers: tuple[str, ...] = ()
    queue: str | None = None
    messages: int | None = None
    refused: tuple[Reply, ...] = ()


class Dispatcher:
    """Any thread may call it; a call blocks until the answers are there, or their time is over.

    ``keeps_events_on`` says that Umbel itself asks workers for their events, again and again.
    """

    def __init__(  # noqa: PLR0913 - the parts that it joins
        self,
        inspector: Inspector,
        store: Store,
        *,
        roster: Roster,
        tasks: Tasks,
        purges: Purges,
        clock: Callable[[], float],
        pause: Callable[[float], None],
        read_only: bool = False,
        keeps_events_on: bool = False,
    ) -> None:
        self._inspector = inspector
        self._store = store
        self._roster = roster
        self._tasks = tasks
        self._purges = purges
        self._clock = clock
        self._pause = pause
        self._read_only = read_only
        self._keeps_events_on = keeps_events_on

    @property
    def purges(self) -> Purges:
        """What is exported before it is purged."""
        return self._purges

    @property
    def audit(self) -> AuditStore:
        """Who did what."""
        return self._store.audit

    def close(self) -> None:
        """Let go of threads."""
        self._tasks.close()

    def preview(self, command: Command) -> Preview:
        """Return what a command would do. Raises BadCommand, CannotDo, CannotAsk, StoreError."""
        plan = self._plan(command)
        workers = self._roster.all()
        told = [workers[name] for name in plan.workers if name in workers]
        return Preview(
            what=words.what_of(command),
            effect=(*effects.effect_of(plan.command, told, plan.messages), *effects.left_out(plan.ended)),
            confirm=confirmation_of(command),
            messages=plan.messages,
            refused=plan.refused,
        )

    def run(self, command: Command, *, who: str, why: str | None = None, confirm: str | None = None) -> Done:
        """Do it. Raises BadCommand, NotConfirmed, ReadOnly, CannotDo, CannotAsk, StoreError: nothing was sent then.

        It is written down before it is sent: what cannot be written down is not done.
        """
        if self._read_only:
            raise ReadOnly("the server is read-only: it takes no commands")
        check(command)
        must_be_confirmed(command, confirm)
        plan = self._plan(command)
        entry = self._begin(plan.command, who, why)
        try:
            done = self._do(plan.command, plan, entry)
        except Exception as error:
            self._end(replace(entry, outcome="failed", text=_told(error)))
            raise
        return replace(done, entry=self._end(done.entry))

    def _plan(self, command: Command) -> Plan:
        check(command)
        match command:
            case Revoke() | Terminate() | Abort():
                return self._plan_for_tasks(command)
            case Purge():
                messages = self._purges.count(command.queue)
                if not messages:
                    raise CannotDo(f"no message waits in {command.queue}")
                return Plan(command=command, messages=messages)
            case SendTask():
                return Plan(command=command, queue=self._tasks.route(command, self._roster.alive()))
            case _:
                return self._plan_for_workers(command)

    def _plan_for_tasks(self, command: Revoke | Terminate | Abort) -> Plan:
        known = {task.id: task for task in self._store.tasks_by_id(command.ids)}
        over = [one for one in command.ids if one in known and known[one].state in OVER_STATES]
        if len(over) == len(command.ids):
            raise CannotDo(f"{words.names(over)} ended already ({known[over[0]].state})")
        command = replace(command, ids=[one for one in command.ids if one not in over])
        alive = self._roster.alive()
        if isinstance(command, Abort):
            self._tasks.must_have_backend()
            named = {one: task.name for one, task in known.items()}
            facts.must_be_abortable(command, named, facts.asked(self._inspector, ("registered",), alive))
        elif not alive:
            raise CannotDo("no worker is there to be told")
        elif isinstance(command, Terminate):
            self._must_be_endable(command, alive)
        return Plan(command=command, workers=tuple(alive), ended=len(over))

    def _must_be_endable(self, command: Terminate, alive: Sequence[str]) -> None:
        questions = [Ask(name="query_task", arguments={"ids": command.ids}), Ask(name="stats")]
        held, stats = self._inspector.ask(questions, alive, within_s=facts.FACTS_WITHIN_S)
        told = {"query_task": held.told, "stats": stats.told}
        facts.must_be_endable(command, told, sorted(held.silent))

    def _plan_for_workers(self, command: ToWorkers) -> Plan:
        if isinstance(command, DisableEvents) and self._keeps_events_on:
            raise CannotDo(
                "Umbel asks workers for their events again within 10 s; start it with --enable-events no before "
                "switching them off"
            )
        if isinstance(command, MaybeEverywhere) and command.everywhere:
            workers = self._roster.alive()
            if not workers:
                raise CannotDo("no worker is there to be told")
        else:
            workers = list(command.workers)
            self._roster.must_be_there(workers)
        refused = facts.refusals(self._inspector, command, workers)
        no = {reply.worker for reply in refused}
        if len(no) == len(workers):
            raise CannotDo(words.refusal_of_all(refused))
        left = tuple(name for name in workers if name not in no)
        return Plan(command=command, workers=left, refused=refused)

    def _do(self, command: Command, plan: Plan, entry: AuditEntry) -> Done:
        match command:
            case Purge():
                purged = self._purges.purge(command.queue, export=command.export, now=self._clock())
                return _by_one(entry, _BROKER, purged.text, export=purged.export)
            case SendTask():
                task_id = self._tasks.send(command, plan.queue)
                return _by_one(entry, _BROKER, f"it took the task {task_id}", task_id=task_id)
            case Abort():
                self._tasks.abort(command)
                text = "it keeps ABORTED; a task ends itself where it looks for that"
                return _by_one(entry, "result backend", text)
            case Shutdown():
                return _by_workers(command, plan, entry, self._shut_down(plan))
            case _:
                return _by_workers(command, plan, entry, self._send(command, plan.workers))

    def _send(self, command: ToWorkers | Revoke | Terminate, workers: Sequence[str]) -> Answers:
        is_for_all = isinstance(command, Revoke | Terminate)
        good_for_s = REVOKE_WITHIN_S if isinstance(command, Revoke) else OBEY_WITHIN_S
        ask = Ask(name=remote_name(command), arguments=remote_arguments(command), good_for_s=good_for_s)
        return self._inspector.ask([ask], workers, to_all=is_for_all, within_s=ANSWER_WITHIN_S)[0]

    def _shut_down(self, plan: Plan) -> Answers:
        """A worker gives no answer to this; its goodbye is one."""
        began, waiting = self._clock(), set(plan.workers)
        ask = Ask(name="shutdown", good_for_s=OBEY_WITHIN_S)
        self._inspector.ask([ask], plan.workers, within_s=_LOOK_EVERY_S)
        while waiting and 0 <= self._clock() - began < STOP_SEEN_WITHIN_S:
            self._pause(_LOOK_EVERY_S)
            waiting -= self._roster.stopped(waiting, began)
        gone = {name: {"ok": ""} for name in plan.workers if name not in waiting}
        return Answers(told=gone, silent=frozenset(waiting))

    def _begin(self, command: Command, who: str, why: str | None) -> AuditEntry:
        entry = AuditEntry(
            at=self._clock(),
            who=who,
            command=name_of(command),
            target=words.target_of(command),
            what=words.what_of(command),
            why=_reason(why),
        )
        return replace(entry, number=self._store.audit.ask(entry))

    def _end(self, entry: AuditEntry) -> AuditEntry:
        """Write down what came of it. It is done by now: that it cannot be written down is told by the log alone."""
        entry = replace(entry, answered_at=self._clock(), replies=entry.replies[:REPLIES_KEPT])
        audit_log.warning("%s: %s (%s): %s", entry.who, entry.what, entry.target, entry.text)
        try:
            self._store.audit.answer(entry)
        except StoreError as error:
            audit_log.error("what came of entry %d could not be stored: %s", entry.number, error)
        return entry


def must_be_confirmed(command: Command, confirm: str | None) -> None:
    """Raise NotConfirmed unless what has to be typed was typed."""
    wanted = confirmation_of(command)
    if wanted is not None and confirm != wanted:
        typed = f"confirm is {confirm[:100]!r}" if confirm else "confirm is missing"
        raise NotConfirmed(f"{typed}; it has to be {wanted!r}")


def _by_one(
    entry: AuditEntry, worker: str, text: str, *, task_id: str | None = None, export: str | None = None
) -> Done:
    reply = Reply(worker=worker, state="done", text=text)
    done = replace(entry, outcome="done", text=text, replies=(reply,))
    return Done(entry=done, task_id=task_id, export=export)


def _by_workers(command: Command, plan: Plan, entry: AuditEntry, answers: Answers) -> Done:
    told = [words.reply_of(command, name, answer) for name, answer in sorted(answers.told.items())]
    silent = [Reply(worker=name, state="silent", text=words.silence_of(command)) for name in sorted(answers.silent)]
    replies = (*told, *plan.refused, *silent)
    outcome: Outcome = outcome_of(replies)
    return Done(entry=replace(entry, outcome=outcome, text=words.summary_of(replies, outcome), replies=replies))


def _reason(why: str | None) -> str | None:
    if why is None or not why.strip():
        return None
    if len(why) > TEXT_KEPT:
        raise BadCommand(f"the reason has {len(why):,} characters; at most {TEXT_KEPT:,} are kept")
    return " ".join(why.replace("\0", " ").split())


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, UmbelError) else type(error).__name__
