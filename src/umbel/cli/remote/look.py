"""``umbel tasks``, ``task``, ``workers`` and ``queues``: what there is."""

from __future__ import annotations

import re
from typing import Any, Final

import click

from umbel.cli.remote import shown
from umbel.cli.remote.command import NotDone, remote_command, told
from umbel.cli.remote.server import Server, part

TEXT_SHOWN: Final = 60
_FOUND_BY_ID: Final = 2
_BEGINNING: Final = re.compile(r"[0-9a-fA-F][0-9a-fA-F-]{5,34}")
"""A piece of an id as Celery makes them; any other one is taken as it is."""


def tasks(server: Server, given: dict[str, Any]) -> None:
    """Write the tasks that match, newest first, and say how many there are."""
    search = " ".join(given["search"])
    answer = server.ask("tasks", {"search": search, "sort": given["sort"], "limit": given["limit"]})
    if told(given, answer):
        return
    shown.table(("ID", "TASK", "STATE", "WORKER", "RECEIVED", ">RUNTIME", "WHAT"), map(_task_row, answer["items"]))
    said = f"{len(answer['items']):,} of {shown.total(answer['total'])}"
    if not answer["coverage"]["complete"]:
        said += f"; {answer['coverage']['reason']}, looked back to {shown.clock(answer['coverage']['until'])}"
    click.echo(said, err=True)


def _task_row(task: dict[str, Any]) -> tuple[str, ...]:
    verdict = (task.get("verdict") or {}).get("text")
    return (
        shown.line(task["id"], 36),
        shown.line(task["name"], 50),
        shown.line(task["state"]),
        shown.line(task["worker"], 40),
        shown.clock(task["received_at"] or task["sent_at"]),
        shown.lasted(task["runtime_s"]),
        shown.line(task["exception"] or verdict or task["args"], TEXT_SHOWN),
    )


def task(server: Server, given: dict[str, Any]) -> None:
    """Write one task: what it was given, what came of it, and where."""
    found = server.ask(f"tasks/{part(_whole(server, given['task_id']))}")
    if told(given, found):
        return
    names = (*("id", "name", "state", "worker", "queue", "args", "kwargs", "result", "exception"),)
    bound = found["max_retries"]
    shown.facts(
        [
            *((name, shown.line(found[name])) for name in names),
            ("retries", f"{found['retries']}/{bound}" if bound is not None else str(found["retries"])),
            ("verdict", shown.line((found["verdict"] or {}).get("text"))),
            *((name, shown.clock(found[f"{name}_at"])) for name in ("sent", "received", "started", "finished")),
            ("eta", shown.clock(found["eta"])),
            ("waited", shown.lasted(found["wait_s"])),
            ("ran", shown.lasted(found["runtime_s"])),
        ]
    )
    if found["traceback"]:
        click.echo()
        for text in str(found["traceback"]).splitlines():
            click.echo(text[: len(text) - len(text.lstrip())] + shown.line(text.lstrip() or " "))


def _whole(server: Server, task_id: str) -> str:
    """Return the id that begins so, where one task alone does. Raises NotDone."""
    if not _BEGINNING.fullmatch(task_id):
        return task_id
    search = {"search": f"id:{task_id}*", "limit": _FOUND_BY_ID}
    found = [one["id"] for one in server.ask("tasks", search)["items"]]
    if task_id in found or not found:
        return task_id
    if len(found) > 1:
        raise NotDone(f"more than one task has an id that begins with {task_id}")
    return str(found[0])


def workers(server: Server, given: dict[str, Any]) -> None:
    """Write the workers, and how many are in which state."""
    answer = server.ask("workers")
    if told(given, answer):
        return
    rows = (
        (
            shown.line(one["name"], 60),
            shown.line(one["state"]),
            shown.number(one["active"]),
            shown.number(one["processed"]),
            f"{one['loadavg'][0]:.2f}" if one["loadavg"] else shown.NONE,
            shown.ago(one["last_heartbeat_at"]),
            shown.line(one["reason"], TEXT_SHOWN),
        )
        for one in answer["items"]
    )
    shown.table(("WORKER", "STATE", ">ACTIVE", ">PROCESSED", ">LOAD", ">HEARD AGO", "WHY"), rows)
    states = ", ".join(f"{count:,} {state}" for state, count in answer["by_state"].items() if count)
    click.echo(states or "no worker was seen", err=True)


def queues(server: Server, given: dict[str, Any]) -> None:
    """Write the queues, the worst first."""
    answer = server.ask("queues")
    if told(given, answer):
        return
    rows = (
        (
            shown.line(one["name"], 60),
            shown.line(one["health"]),
            shown.number(one["ready"]),
            shown.number(one["unacked"]),
            {"yes": shown.number(one["consumers"]), "no": "none"}.get(one["consuming"], shown.NONE),
            shown.ago(one["oldest_at"]),
            shown.number(one["growth_per_min"], 1),
            shown.line(one["reasons"][0] if one["reasons"] else one["drain"]["why"], TEXT_SHOWN),
        )
        for one in answer["items"]
    )
    columns = ("QUEUE", "HEALTH", ">READY", ">UNACKED", ">CONSUMERS", ">OLDEST", ">GROWS/MIN", "WHY")
    shown.table(columns, rows)
    broker = answer["broker"]
    if broker is not None and not broker["reached"]:
        click.echo(f"the broker was not reached: {shown.line(broker['error'])}", err=True)


COMMANDS: Final = (
    remote_command(
        "tasks",
        tasks,
        click.Argument(["search"], nargs=-1),
        click.Option(["-n", "--limit"], type=click.IntRange(1, 500), default=20, show_default=True, help="Rows."),
        click.Option(["--sort"], default="-arrived", show_default=True, help="As the API has it; - is descending."),
        help_="List tasks of a running server, newest first: all, or those that SEARCH finds (the language of the "
        "search box; after -- where it begins with a dash).",
        short="List tasks.",
    ),
    remote_command(
        "task",
        task,
        click.Argument(["task_id"]),
        help_="Show one task by its id, or by the beginning of it.",
        short="Show one task.",
    ),
    remote_command("workers", workers, help_="List the workers and how they are.", short="List workers."),
    remote_command("queues", queues, help_="List the queues, the worst first.", short="List queues."),
)
