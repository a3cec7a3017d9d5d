"""The ways from a task to other tools that a site has set."""

from __future__ import annotations

from collections.abc import Sequence

from umbel.model.links import links_of, template_of
from umbel.model.tasks import Task
from umbel.web.schemas import TaskLink


class Links:
    """Fills the templates of a site. Raises ValueError for one that is none."""

    def __init__(self, templates: Sequence[str] = ()) -> None:
        self._templates = [template_of(one) for one in templates]

    def of(self, task: Task) -> list[TaskLink]:
        """Return the links of a task."""
        values = {
            "id": task.id,
            "name": task.name,
            "root_id": task.root_id,
            "parent_id": task.parent_id,
            "worker": task.worker,
            "queue": task.queue,
            "state": task.state,
            "args": task.args,
            "kwargs": task.kwargs,
        }
        return [TaskLink(label=one.label, url=one.url) for one in links_of(self._templates, values)]
