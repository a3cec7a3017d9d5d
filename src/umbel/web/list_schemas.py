"""Shapes of what stands around the task list: its counts, and saved views."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

from umbel.web.schemas import Count, Schema


class FacetValue(Schema, frozen=True, kw_only=True):
    """How many of the tasks that match have this value; null is what no event told."""

    value: str | None
    n: int


class Facet(Schema, frozen=True, kw_only=True):
    """The most frequent values of one field, most first. ``others`` is how many values there are besides.

    ``exact`` is false where only a part was counted: each number is then at least so much.
    """

    items: list[FacetValue]
    exact: bool
    others: int = 0


class Column(Schema, frozen=True, kw_only=True):
    """The tasks of one stretch of time, by state."""

    at: datetime
    by_state: dict[str, int]


class TaskColumns(Schema, frozen=True, kw_only=True):
    """Tasks along the time, oldest first, ``step_s`` apart; a stretch without any is left out.

    A task stands where it was received, else sent, else first seen.
    """

    step_s: int
    columns: list[Column]


class TaskSummary(Schema, frozen=True, kw_only=True):
    """What a search finds, in numbers.

    Counting takes half a second at most. ``complete`` is false where it did not suffice: what is not exact is of the
    tasks that arrived after ``covered_until``.
    """

    total: Count
    complete: bool
    covered_until: datetime | None
    states: Facet
    names: Facet
    queues: Facet
    workers: Facet
    histogram: TaskColumns


class TaskCount(Schema, frozen=True, kw_only=True):
    """How many tasks a search finds; a search that cannot be read has an ``unknown`` count."""

    search: str
    total: Count


class TaskCounts(Schema, frozen=True, kw_only=True):
    """The counts of some searches, in the order asked for."""

    items: list[TaskCount]


class View(Schema, frozen=True, kw_only=True):
    """A saved view. ``mine`` says that who asks may change it, ``owner`` is null where nobody signs in."""

    id: str
    name: str
    owner: str | None
    shared: bool
    mine: bool
    search: str
    sort: str | None = None
    columns: str | None = None
    made_at: datetime


class SavedViews(Schema, frozen=True, kw_only=True):
    """The views of who asks and the shared ones, oldest first. ``may_save`` is null, or why nothing can be saved."""

    items: list[View]
    why_not: str | None = None
    why_not_shared: str | None = None


ViewName = Annotated[str, Meta(min_length=1, max_length=60, description="What its tab says.")]
ViewSearch = Annotated[str, Meta(max_length=4_000, description="A search, as the list takes it.")]


class SaveView(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a saved view is to be. A shared one is shown to everybody."""

    name: ViewName
    search: ViewSearch = ""
    sort: Annotated[str, Meta(max_length=40)] | None = None
    columns: Annotated[str, Meta(max_length=400)] | None = None
    shared: bool = field(default=False)
