"""What Umbel shows, held against what the producers' own record says."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tests.support.processes import wait_until
from tests.support.umbel import Umbel

OPEN: Final = frozenset({"PENDING", "RECEIVED", "STARTED", "RETRY", "LOST"})
"""States that claim no end: true of a task whose end nobody heard."""


def contradictions(umbel: Umbel, record: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of tasks that are said to have ended as their record does not say."""
    return [row for row in umbel.rows() if row["state"] not in OPEN and row["state"] != record.get(row["id"])]


def wait_until_equal(umbel: Umbel, record: Callable[[], Mapping[str, str]], within_s: float = 20.0) -> None:
    """Return once every task of the record is shown in the state that it ended in; a failure tells which are not."""
    different: dict[str, tuple[str, str | None]] = {}

    def is_equal() -> bool:
        shown = {row["id"]: row["state"] for row in umbel.rows()}
        different.clear()
        different.update({id_: (end, shown.get(id_)) for id_, end in record().items() if shown.get(id_) != end})
        return not different

    try:
        wait_until(is_equal, "every task is as its record says", within_s=within_s, every_s=0.2)
    except BaseException as failure:
        failure.add_note(f"recorded and shown: {different}")
        raise


def covers(gaps: Iterable[tuple[float, float]], since: float, until: float) -> bool:
    """Whether one of these gaps holds the whole interval."""
    return any(gap[0] <= since and until <= gap[1] for gap in gaps)


def figures_of(umbel: Umbel) -> dict[str, int]:
    """Return how many tasks ended in which state, as the figures of the last hour say, which are kept apart."""
    totals = umbel.get("metrics/totals", by="total")["items"]
    states = {"SUCCESS": "succeeded", "FAILURE": "failed", "REVOKED": "revoked"}
    return {state: sum(one[name] for one in totals) for state, name in states.items()}
