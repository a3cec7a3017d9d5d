"""What a reading of a queue means: how it is, whether it grows, and when it will be empty."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from tests.support.events import T0
from umbel.model.queues import (
    Bounds,
    Consuming,
    DrainKind,
    Health,
    QueueReading,
    drain,
    growth,
    judge,
    mixed,
)

CALM = QueueReading(name="q", ready=4, consuming=Consuming.YES, growth_per_min=0.0, ended_per_min=60.0)


@pytest.mark.parametrize(
    ("ready", "health"), [(0, "healthy"), (9, "healthy"), (10, "warning"), (50, "warning"), (51, "critical")]
)
def test_the_bounds_of_a_length(ready: int, health: str) -> None:
    """Below 10 is healthy, 10 to 50 a warning, more is critical; a person can set others."""
    assert judge(replace(CALM, ready=ready), Bounds()).health == health
    assert judge(replace(CALM, ready=ready), Bounds(warning=100, critical=200)).health is Health.HEALTHY


def test_an_unknown_length_is_no_judgement() -> None:
    """Unknown is not zero and not healthy, and the reason is told."""
    unknown = replace(CALM, ready=None, why={"ready": "kombu cannot tell"})
    assert judge(unknown, Bounds()).health is Health.UNKNOWN
    assert judge(unknown, Bounds()).reasons == ("kombu cannot tell",)
    assert drain(unknown).kind is DrainKind.UNKNOWN


def test_a_queue_without_a_consumer() -> None:
    """Is a warning from the first message on, and will never be empty; an empty one is well."""
    alone = replace(CALM, consuming=Consuming.NO, ready=1)
    assert judge(alone, Bounds()).reasons == ("nobody consumes it",)
    assert drain(alone).kind is DrainKind.NEVER
    assert judge(replace(alone, ready=0), Bounds()).health is Health.HEALTHY
    assert judge(replace(alone, consuming=Consuming.UNKNOWN), Bounds()).health is Health.HEALTHY


def test_when_a_queue_is_empty() -> None:
    """Never while it grows, by its own pace while it shrinks, now where each waits for less than a minute."""
    assert drain(replace(CALM, ready=0)).kind is DrainKind.EMPTY
    assert drain(CALM).kind is DrainKind.NOW
    assert drain(CALM).wait_s == 4.0
    assert drain(replace(CALM, ready=600)).kind is DrainKind.STEADY
    assert drain(replace(CALM, ended_per_min=None)).kind is DrainKind.STEADY
    assert drain(replace(CALM, growth_per_min=84.0)).why == "it grows by 84 a minute"
    shrinking = drain(replace(CALM, ready=90, growth_per_min=-30.0))
    assert (shrinking.kind, shrinking.seconds) == (DrainKind.IN, 180.0)
    assert drain(replace(CALM, growth_per_min=None)).kind is DrainKind.UNKNOWN


def test_growth_is_measured_on_the_length() -> None:
    """By a line through all readings; noise and a short while tell nothing."""
    minute = [(T0 + 5.0 * n, 100 + 7 * n) for n in range(13)]
    found = growth(minute)
    assert found is not None
    assert found.per_min == pytest.approx(84.0)
    assert found.over_s == 60.0
    assert growth(minute[:8]) is None
    assert growth([]) is None
    noise = growth([(T0 + 5.0 * n, 100 + n % 4) for n in range(60)])
    assert noise is not None
    assert noise.per_min == 0.0


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=130))
def test_growth_of_anything(lengths: list[int]) -> None:
    """No run of lengths breaks it, and it never exceeds what was seen."""
    found = growth([(T0 + 30.0 * n, length) for n, length in enumerate(lengths)])
    if found is not None and found.per_min:
        assert abs(found.per_min) * found.over_s / 60.0 <= 2 * (max(lengths) - min(lengths))


def test_the_mix_is_by_name() -> None:
    """Most first, those without a name among them."""
    mix = mixed(["b", None, "b", "a"], T0)
    assert [(one.name, one.messages) for one in mix.shares] == [("b", 2), (None, 1), ("a", 1)]
    assert mix.looked_at == 4
