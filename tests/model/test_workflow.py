"""What followed what is read from who called whom and when."""

from __future__ import annotations

from hypothesis import given, strategies as st

from umbel.model.families import Crowd, Family, Kin
from umbel.model.workflow import Groups, Link, Workflow, workflow_of


def ran(task_id: str, parent: str | None, at: float, took: float = 1.0, *, name: str = "step") -> Kin:
    """A task that was sent, started and ended."""
    return Kin(
        id=task_id,
        name=name,
        state="SUCCESS",
        root_id="a",
        parent_id=parent,
        runtime_s=took - 0.02,
        sent_at=at,
        received_at=at + 0.01,
        started_at=at + 0.02,
        finished_at=at + took,
    )


def runs(task_id: str, parent: str | None, at: float) -> Kin:
    """A task that goes on."""
    return Kin(id=task_id, name="step", state="STARTED", root_id="a", parent_id=parent, sent_at=at, started_at=at + 0.1)


def drawn(*kin: Kin, crowds: tuple[Crowd, ...] = (), groups: Groups | None = None) -> Workflow:
    """The workflow of a family whose root is ``a``."""
    family = Family(root_id="a", kin=kin, crowds=crowds, by_state={}, complete=True)
    return workflow_of(family, groups or Groups())


def links(flow: Workflow) -> set[tuple[str, str, str]]:
    """Its edges."""
    return {(edge.source, edge.target, edge.link.value) for edge in flow.edges}


def test_a_chain() -> None:
    """Each step began when the one before had ended; all of it is the critical path."""
    flow = drawn(ran("a", None, 0), ran("b", "a", 0.99), ran("c", "b", 2))
    assert links(flow) == {("a", "b", "followed"), ("b", "c", "followed")}
    assert (flow.starts, flow.bundles, flow.critical) == (("a",), (), ("a", "b", "c"))


def test_a_short_task_that_hands_its_result_on_is_followed() -> None:
    """Of a task of a few milliseconds time cannot tell; what a chain hands on does."""
    first = Kin(id="a", name="x", state="SUCCESS", sent_at=0, finished_at=0.02, runtime_s=0.01, result="3")
    then = Kin(id="b", name="y", state="SUCCESS", parent_id="a", sent_at=0.015, finished_at=0.1, args="(3, 4)")
    assert links(drawn(first, then)) == {("a", "b", "followed")}
    called = Kin(id="b", name="y", state="SUCCESS", parent_id="a", sent_at=0.015, finished_at=0.1, args="(7,)")
    assert links(drawn(first, called)) == {("a", "b", "called")}


def test_a_chord_that_a_task_started() -> None:
    """Its members were called side by side; the body joins them although its parent is one of them."""
    flow = drawn(
        ran("a", None, 0), ran("m1", "a", 0.5, 2), ran("m2", "a", 0.5, 5), ran("m3", "a", 0.5), ran("z", "m2", 5.5)
    )
    (bundle,) = flow.bundles
    assert (bundle.tasks, bundle.is_chord, bundle.body) == (("m1", "m2", "m3"), True, "z")
    assert links(flow) == {("a", bundle.id, "called"), (bundle.id, "z", "joined")}
    assert flow.critical == ("a", "m2", "z")


def test_a_group_of_chains_is_no_chord() -> None:
    """More than one member led on; or others still run."""
    chains = drawn(
        ran("a", None, 0), ran("m1", "a", 0.5, 2), ran("m2", "a", 0.5, 3), ran("n1", "m1", 2.5), ran("n2", "m2", 3.5)
    )
    assert [bundle.is_chord for bundle in chains.bundles] == [False]
    goes_on = drawn(ran("a", None, 0), ran("m1", "a", 0.5, 2), runs("m2", "a", 0.5), ran("n1", "m1", 2.5))
    assert [bundle.is_chord for bundle in goes_on.bundles] == [False]
    assert ("m1", "n1", "followed") in links(goes_on)


def test_a_crowd_is_a_bundle_with_a_body() -> None:
    """Of 5,000 alike only the one that the body hangs on is told."""
    crowd = Crowd(parent_id="a", name="step", by_state={"SUCCESS": 5_000}, first_at=0.5, last_at=9.5)
    flow = drawn(ran("a", None, 0), ran("m9", "a", 0.5, 9), ran("z", "m9", 9.5, name="end"), crowds=(crowd,))
    (bundle,) = flow.bundles
    assert (bundle.tasks, bundle.crowds, bundle.body) == (("m9",), (0,), "z")


def test_a_crowd_of_which_nobody_is_told_stands_by_itself() -> None:
    """Thousands that all succeeded, and nothing that came after them."""
    crowd = Crowd(parent_id="a", name="step", by_state={"SUCCESS": 5_000}, first_at=0.5, last_at=9.5)
    flow = drawn(ran("a", None, 0), crowds=(crowd,))
    (bundle,) = flow.bundles
    assert (bundle.tasks, bundle.crowds, links(flow)) == ((), (0,), {("a", bundle.id, "called")})


def test_what_the_backend_says_is_a_group_is_one() -> None:
    """Members of a group that a producer sent have no common parent; a waiting chord says how many it waits for."""
    groups = Groups(of_task={"a": "g", "b": "g", "z": "g"}, waiting={})
    flow = drawn(ran("a", None, 0, 2), ran("b", None, 0, 3), ran("z", "b", 3), groups=groups)
    (bundle,) = flow.bundles
    assert (bundle.tasks, bundle.group_id, bundle.body) == (("a", "b"), "g", "z")
    early = drawn(ran("a", None, 0, 2), ran("b", None, 0, 3), ran("z", "b", 2.5), groups=groups)  # its worker was slow
    assert [(one.tasks, one.body) for one in early.bundles] == [(("a", "b"), "z")]
    waits = drawn(ran("a", None, 0, 2), groups=Groups(of_task={"a": "g"}, waiting={"g": 24}))
    assert (waits.bundles[0].size, waits.bundles[0].is_chord, waits.bundles[0].body) == (24, True, None)


names = st.sampled_from("abcdefgh")
instants = st.floats(0, 100)


@given(st.lists(st.tuples(names, st.none() | names, instants, instants), max_size=12), st.dictionaries(names, names))
def test_whatever_events_say_it_can_be_drawn(
    given_kin: list[tuple[str, str | None, float, float]], groups: dict[str, str]
) -> None:
    """Cycles, parents that nobody saw and clocks that go back: every task stands in one place, every edge leads on."""
    kin = {task_id: ran(task_id, parent, at, took) for task_id, parent, at, took in given_kin}
    flow = drawn(*kin.values(), groups=Groups(of_task=groups))
    inside = [task for bundle in flow.bundles for task in bundle.tasks]
    places = {*kin, *(bundle.id for bundle in flow.bundles)}
    assert len(inside) == len(set(inside))
    assert all(edge.source in places and edge.target in places for edge in flow.edges)
    assert all(edge.link in Link for edge in flow.edges)
    assert set(flow.starts).isdisjoint(inside)
    assert not kin or flow.starts or flow.edges
