"""``umbel inspect``: what workers say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import click

from umbel.cli.remote import shown
from umbel.cli.remote.command import NotDone, remote_command, told
from umbel.cli.remote.server import Server, part

Row = tuple[str, ...]

LISTS: Final = ("active", "reserved", "scheduled")
_PARTS: Final = {
    "active": ("active",),
    "reserved": ("reserved",),
    "scheduled": ("scheduled",),
    "revoked": ("revoked", "revoked_total"),
    "registered": ("registered",),
    "queues": ("queues",),
    "conf": ("conf",),
    "stats": ("pool", "prefetch", "started_at", "broker", "processes"),
}
"""What is looked at, and the fields of the API that tell it."""


def inspect(server: Server, given: dict[str, Any]) -> None:
    """Write one kind of answer of all workers that live, or of those that are named."""
    wanted = list(given["workers"]) or _alive(server)
    if not wanted:
        raise NotDone("no worker is online")
    what = given["what"]
    details = {name: _detail(server, name, now=given["now"]) for name in wanted}
    if told(given, {name: {key: one[key] for key in (*_PARTS[what], "ages")} for name, one in details.items()}):
        return
    columns, rows_of = _SHOWN[what]
    shown.table(("WORKER", *columns), ((shown.line(n, 60), *row) for n, one in details.items() for row in rows_of(one)))
    for name, one in details.items():
        ages = {age["part"]: age["at"] for age in one["ages"]}
        part_of = "active_queues" if what == "queues" else what
        click.echo(f"{shown.line(name)}: as told {shown.ago(ages.get(part_of))} ago", err=True)


def _alive(server: Server) -> list[str]:
    return [one["name"] for one in server.ask("workers")["items"] if one["state"] != "offline"]


def _detail(server: Server, name: str, *, now: bool) -> dict[str, Any]:
    path = f"workers/{part(name)}"
    found: dict[str, Any] = server.ask(f"{path}/refresh", body={}) if now else server.ask(path)
    return found


def _tasks(what: str) -> Callable[[dict[str, Any]], Iterator[Row]]:
    def rows(detail: dict[str, Any]) -> Iterator[Row]:
        for one in detail[what]["items"]:
            since = one["eta"] if what == "scheduled" else one["started_at"]
            yield (
                shown.line(one["id"], 36),
                shown.line(one["name"], 60),
                shown.clock(since),
                shown.line(one["args"], 60),
            )

    return rows


def _registered(detail: dict[str, Any]) -> Iterator[Row]:
    for one in detail["registered"]:
        limits = (one["rate_limit"], one["time_limit"], one["soft_time_limit"], one["max_retries"])
        yield shown.line(one["name"], 80), *(shown.line(limit) for limit in limits), shown.number(one["runs"])


def _queues(detail: dict[str, Any]) -> Iterator[Row]:
    for one in detail["queues"]:
        yield shown.line(one["name"], 60), shown.line(one["exchange"], 60), shown.line(one["routing_key"], 60)


def _stats(detail: dict[str, Any]) -> Iterator[Row]:
    pool = detail["pool"] or {}
    worker = detail["worker"]
    yield (
        shown.line(pool.get("kind")),
        shown.number(pool.get("slots")),
        shown.number(detail["prefetch"]),
        shown.number(worker["active"]),
        shown.number(worker["processed"]),
        shown.line(worker["pid"]),
        shown.ago(detail["started_at"]),
    )


_OF_TASKS: Final = ("ID", "TASK", "SINCE", "ARGS")
_SHOWN: Final[dict[str, tuple[Row, Callable[[dict[str, Any]], Iterator[Row]]]]] = {
    **{what: (_OF_TASKS if what != "scheduled" else ("ID", "TASK", "ETA", "ARGS"), _tasks(what)) for what in LISTS},
    "revoked": (("ID",), lambda one: ((shown.line(task_id),) for task_id in one["revoked"])),
    "registered": (("TASK", "RATE", "TIME LIMIT", "SOFT", "RETRIES", ">RUNS"), _registered),
    "queues": (("QUEUE", "EXCHANGE", "ROUTING KEY"), _queues),
    "conf": (("SETTING", "VALUE"), lambda one: ((shown.line(k), shown.line(v, 100)) for k, v in one["conf"].items())),
    "stats": (("POOL", ">SLOTS", ">PREFETCH", ">ACTIVE", ">PROCESSED", ">PID", ">UP"), _stats),
}

COMMAND: Final = remote_command(
    "inspect",
    inspect,
    click.Argument(["what"], type=click.Choice(tuple(_PARTS))),
    click.Argument(["workers"], nargs=-1),
    click.Option(["--now"], is_flag=True, help="Ask the workers now, in place of what they said last."),
    help_="Show what workers say of themselves: those that are named, or all that live.",
    short="Show what workers say.",
)
