"""Saved views are kept, changed, shared and dropped."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.store.contract.conftest import OpenStore
from tests.support.events import T0
from umbel.store.protocols import Store
from umbel.store.protocols.views import VIEWS_AT_MOST, SavedView, TooManyViews

MINE = SavedView(id="v1", name="Sending", owner="ann", shared=False, search="name:send_*", made_at=T0)


def test_a_view_is_its_owners_until_it_is_shared(open_again: OpenStore) -> None:
    """Others see it once it is shared; another process finds it as it was left."""
    views = open_again().saved_views
    views.keep_view(MINE)
    assert (views.views("ann"), views.views("bob"), views.view("v1")) == ([MINE], [], MINE)
    shared = replace(MINE, shared=True, columns="state,name", sort="-runtime")
    views.keep_view(shared)
    assert open_again().saved_views.views("bob") == [shared]
    views.drop_view("v1")
    views.drop_view("v1")
    assert (views.views("ann"), views.view("v1")) == ([], None)


def test_there_is_a_bound(store: Store) -> None:
    """One too many is refused in words; those that are there can still be changed, and others still save."""
    for n in range(VIEWS_AT_MOST):
        store.saved_views.keep_view(replace(MINE, id=f"v{n}", made_at=T0 + n))
    store.saved_views.keep_view(replace(MINE, id="v3", name="Renamed"))
    store.saved_views.keep_view(replace(MINE, id="of bob", owner="bob"))
    with pytest.raises(TooManyViews, match="200 personal views"):
        store.saved_views.keep_view(replace(MINE, id="one more"))
