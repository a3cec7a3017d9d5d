"""The task types: what workers have registered, what is stored and what happened, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from umbel.model.health import Limits, Metric, judge_mean, judge_success
from umbel.model.metrics import NO_FIGURES, By, Figures, KeyKind
from umbel.model.tasks import State
from umbel.store.protocols import InspectionStore, MetricsReader, TaskReader
from umbel.web import figures as shown, task_type_schemas as schemas
from umbel.web.convert import known_instant

WORKERS_AT_MOST: Final = 100
_WAITING: Final = (State.PENDING, State.RECEIVED, State.RETRY)
_COUNTS: Final = ("received", "started", "succeeded", "failed", "retried", "revoked", "rejected", "ended")


class TaskTypeStore(MetricsReader, TaskReader, Protocol):
    """What of the store is read here."""

    @property
    def inspection(self) -> InspectionStore:
        """What workers said when they were asked."""


class TaskTypeViews:
    """The task types as pages show them. Safe to use from several threads."""

    def __init__(self, store: TaskTypeStore, *, limits: Limits) -> None:
        self._store = store
        self._limits = limits

    def read(self, since: float, until: float, limit: int) -> schemas.TaskTypes:
        """Return every name, the busiest of the interval (epoch seconds) first, then by name. Raises BadQuestion."""
        totals = self._store.totals(By.NAME, since, until, spreads=limit)
        known = {one.key.text: one.figures for one in totals.sums if one.key.kind is KeyKind.ONE and one.key.text}
        others = next((one.figures.ended for one in totals.sums if one.key.kind is KeyKind.OTHER), None)
        stored = {one.name: one.by_state for one in self._store.counts() if one.name}
        registered = self._registered()
        other_names = stored.keys() | self._store.task_types().keys() | (registered or {}).keys()
        names = [*known, *sorted(other_names - known.keys())]
        return schemas.TaskTypes(
            since=known_instant(totals.since),
            until=known_instant(totals.until),
            items=[
                self._row(name, known.get(name, NO_FIGURES), stored.get(name, {}), registered) for name in names[:limit]
            ],
            cut=totals.cut or len(names) > limit,
            others=others,
        )

    def one(self, name: str, since: float, until: float) -> schemas.TaskType | None:
        """Return one name, ``None`` where nobody ever heard of it. Raises BadQuestion."""
        totals = self._store.totals(By.NAME, since, until, keys=[name])
        found = next((one.figures for one in totals.sums if one.key.text == name), None)
        stored = next((one.by_state for one in self._store.counts() if one.name == name), None)
        workers = self._store.inspection.registered()
        knowing = sorted(worker for worker, names in workers.items() if name in names)
        known = self._store.task_types().get(name)
        if found is None and stored is None and known is None and not knowing:
            return None
        row = self._row(name, found or NO_FIGURES, stored or {}, {name: len(knowing)} if workers else None)
        return schemas.TaskType(
            row=row,
            since=known_instant(totals.since),
            until=known_instant(totals.until),
            max_retries=known.max_retries if known else None,
            registered_on=knowing[:WORKERS_AT_MOST] if workers else None,
            limits=[self._limit(Metric.SUCCESS, name), self._limit(Metric.AVG, name)],
        )

    def _registered(self) -> dict[str, int] | None:
        """Return on how many workers each name is registered; ``None`` where none was asked."""
        workers = self._store.inspection.registered()
        counts: dict[str, int] = {}
        for names in workers.values():
            for name in names:
                counts[name] = counts.get(name, 0) + 1
        return counts if workers else None

    def _row(
        self, name: str, figures: Figures, by_state: Mapping[str, int], registered: Mapping[str, int] | None
    ) -> schemas.TaskTypeRow:
        success = judge_success(figures.succeeded, figures.failed, self._limits.of(Metric.SUCCESS, name))
        avg = judge_mean(figures.run.n, figures.run.mean_s, self._limits.of(Metric.AVG, name))
        return schemas.TaskTypeRow(
            name=name,
            workers=None if registered is None else registered.get(name, 0),
            stored=sum(by_state.values()),
            running=by_state.get(State.STARTED, 0),
            waiting=sum(by_state.get(state, 0) for state in _WAITING),
            **{count: getattr(figures, count) for count in _COUNTS},
            success_rate=shown.rounded(figures.success_rate),
            wait=shown.spread(figures.wait),
            run=shown.spread(figures.run),
            success=success.value,
            avg=avg.value,
        )

    def _limit(self, metric: Metric, name: str) -> schemas.AppliedLimit:
        limit = self._limits.of(metric, name)
        return schemas.AppliedLimit(
            figure="success" if metric is Metric.SUCCESS else "avg",
            warning=limit.warning,
            critical=limit.critical,
            own=self._limits.own(metric, name) is not None,
        )
