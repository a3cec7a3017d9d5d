"""What the routes are given: one field, one dependency of the same name."""

from __future__ import annotations

from typing import Any, get_type_hints

from litestar.di import Provide
from msgspec import Struct

from umbel.control.commands.dispatcher import Dispatcher
from umbel.live.hub import Hub
from umbel.web.attention import Attention
from umbel.web.health import HealthView
from umbel.web.in_force import InForce
from umbel.web.links import Links
from umbel.web.queues import QueueViews
from umbel.web.schedules import ScheduleViews
from umbel.web.self_view import SelfView
from umbel.web.task_types import TaskTypeViews
from umbel.web.views import Views
from umbel.web.worker_page import WorkerPages
from umbel.web.workflows import Workflows


class Parts(Struct, frozen=True, kw_only=True):
    """The parts behind the routes. The composition root fills it; a handler names in its arguments what it needs."""

    views: Views
    health: HealthView
    own: SelfView
    hub: Hub
    queues: QueueViews
    attention: Attention
    task_types: TaskTypeViews
    commands: Dispatcher
    schedules: ScheduleViews
    workers: WorkerPages
    workflows: Workflows
    links: Links = Links()
    in_force: InForce = InForce()

    def dependencies(self) -> dict[str, Provide]:
        """Return each part as Litestar gives it to handlers."""
        return {name: given(getattr(self, name)) for name in self.__struct_fields__}

    @classmethod
    def types(cls) -> list[Any]:
        """Return the types of the parts, by whose names Litestar finds them in a handler's signature."""
        return list(get_type_hints(cls).values())


def given(part: object) -> Provide:
    """Return a dependency that is always this one."""
    return Provide(lambda: part, sync_to_thread=False)
