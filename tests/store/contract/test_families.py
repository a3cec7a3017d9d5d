"""Tasks that belong together are read as one tree, of which crowds are told in numbers."""

from __future__ import annotations

from tests.store.support import arrivals
from tests.support.events import T0, a_task_that_succeeded, an_event, received
from umbel.store.protocols import Store


def fill(store: Store, width: int) -> None:
    """Store a root that called ``width`` tasks, one of which failed, and what followed the last of them."""
    under = {"root_id": "root", "parent_id": "root", "name": "send_batch"}
    events = a_task_that_succeeded("root", root_id="root", name="campaign")
    for n in range(width):
        if n == 3:
            events += [received(1, uuid="m-3", **under), an_event("failed", 9, uuid="m-3", exception="OSError('x')")]
        else:
            events += a_task_that_succeeded(f"m-{n}", 1.0, **under)
    last = {"root_id": "root", "parent_id": f"m-{width - 1}", "name": "finalize"}
    events += a_task_that_succeeded("body", 5.0, **last)
    store.commit(arrivals([*events, received(0, uuid="stranger", root_id="stranger")]))


def test_a_small_family_is_told_task_by_task(store: Store) -> None:
    """The root first, then all under it with their times and texts; nobody else."""
    fill(store, 5)
    family = store.families.family("root")
    assert [one.id for one in family.kin] == ["root", "m-0", "m-1", "m-2", "m-3", "m-4", "body"]
    assert (family.crowds, family.complete, family.by_state) == ((), True, {"SUCCESS": 6, "FAILURE": 1})
    failed = family.kin[4]
    assert (failed.name, failed.state, failed.exception) == ("send_batch", "FAILURE", "OSError('x')")
    assert (failed.parent_id, failed.received_at, failed.worker) == ("root", T0 + 1, "default@app-01")


def test_a_crowd_is_told_in_numbers(store: Store) -> None:
    """Of many alike those that did not succeed are listed, and the one that something hangs on."""
    fill(store, 1_200)
    family = store.families.family("root")
    assert {one.id for one in family.kin} == {"root", "m-3", "m-1199", "body"}
    (crowd,) = family.crowds
    assert (crowd.parent_id, crowd.name, crowd.by_state) == ("root", "send_batch", {"SUCCESS": 1_199, "FAILURE": 1})
    assert (crowd.first_at, crowd.last_at) == (T0 + 1, T0 + 9)
    assert family.by_state == {"SUCCESS": 1_201, "FAILURE": 1}


def test_what_is_not_stored_has_no_family(store: Store) -> None:
    """An unknown root has no kin; a root that was forgotten still has those under it."""
    assert store.families.family("nobody").kin == ()
    store.commit(arrivals([received(0, uuid="leaf", root_id="gone", parent_id="gone")]))
    assert [one.id for one in store.families.family("gone").kin] == ["leaf"]


def test_neighbours_have_the_name_and_no_family(store: Store) -> None:
    """They may be the other members of a group that nobody's event ties together."""
    store.commit(arrivals([received(n, uuid=f"n-{n}", root_id=f"n-{n}") for n in range(10)]))
    store.commit(arrivals([received(4, uuid="other", name="other"), received(4, uuid="in", root_id="n-1")]))
    assert [one.id for one in store.families.neighbours("n-5", 2)] == ["n-4", "n-5", "n-6", "n-7"]
    assert store.families.neighbours("nobody", 2) == []
    assert [one.id for one in store.families.kin(["n-2", "gone", "n-1"])] == ["n-1", "n-2"]
