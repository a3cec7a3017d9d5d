"""What the agent reads of a worker stands in the list, as long as it is of now."""

from msgspec.structs import replace

from tests.support.clock import ManualClock
from tests.support.events import T0, a_heartbeat, a_sample
from umbel.model.agent import HostUse
from umbel.model.workers import Worker, observe
from umbel.web.agents import AgentUses, agent_reading, use_of
from umbel.web.fleet import Use


class Workers:
    """A store of workers."""

    def __init__(self, *workers: Worker) -> None:
        self._workers = list(workers)

    def workers(self) -> list[Worker]:
        return self._workers


def test_a_worker_is_shown_by_its_agent_while_that_speaks() -> None:
    """CPU as a share of its host, memory of all its processes; nothing once the agent is silent."""
    clock = ManualClock(T0 + 10)
    sample = replace(a_sample(10).sample, host=HostUse(cores=4))
    watched = observe(observe(None, a_heartbeat(0), T0), a_sample(10, sample=sample), T0 + 10)
    uses = AgentUses(
        Workers(watched, Worker(name="plain", first_seen_at=T0, last_seen_at=T0, last_event_at=T0)), clock=clock
    )

    assert uses() == {
        watched.name: Use(cpu=0.125, cpu_from="agent", memory_bytes=100_000_000, memory_from="agent"),
    }
    clock.forward(120)
    assert uses() == {}


def test_what_an_agent_cannot_read_is_unknown() -> None:
    """Without the number of cores there is no share, and without memory no source of it."""
    assert use_of(a_sample(0, memory_bytes=None).sample) == Use()


def test_the_page_of_a_worker_tells_of_its_processes() -> None:
    """And nothing of a process that is gone."""
    watched = observe(observe(None, a_heartbeat(0), T0), a_sample(10), T0 + 10)
    reading = agent_reading(watched, T0 + 12)

    assert reading is not None
    assert [(one.pid, one.cpu, one.memory_bytes) for one in (reading.main, *reading.children)] == [
        (100, 0.25, 50_000_000),
        (101, 0.25, 50_000_000),
    ]
    assert agent_reading(observe(watched, a_heartbeat(12, pid=7), T0 + 12), T0 + 13) is None
