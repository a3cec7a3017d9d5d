"""The questions about tasks that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from umbel.model.families import Family, Kin


class FamilyReader(Protocol):
    """The questions about families."""

    def family(self, root_id: str) -> Family:
        """Return what is stored of the tree under this root; no kin where nothing is. Raises StoreError."""

    def kin(self, task_ids: Sequence[str]) -> list[Kin]:
        """Return these tasks, those that are stored, in their order of arrival; at most 1,000 ids."""

    def neighbours(self, task_id: str, limit: int) -> list[Kin]:
        """Return the tasks without a family that arrived next to this one and have its name: what may be its group.

        At most ``limit`` that arrived before it, and as many after it, in the order of arrival.
        """
