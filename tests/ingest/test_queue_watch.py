"""How far behind a reader of RabbitMQ is: a dry socket does not say that nothing waits."""

from tests.support.clock import ManualClock
from umbel.ingest.receivers.live import Warned
from umbel.ingest.receivers.queue_watch import QueueWatch
from umbel.ingest.receivers.queues import Bounds

WINDOW = 20_000


class Queue:
    """A queue at a broker, and who watches it."""

    def __init__(self, waiting: int = 0) -> None:
        self.waiting = waiting
        self.asked = 0
        self.clock = ManualClock()
        self.watch = QueueWatch(Bounds(messages=500_000, age_s=600.0), WINDOW, self._count, self.clock)

    def look(self, seconds: float, *, waited_s: float = 0.0, is_dry: bool = True, is_full: bool = False) -> None:
        """Look once, after some time."""
        self.clock.forward(seconds)
        self.watch.look(waited_s=waited_s, is_dry=is_dry, is_full=is_full)

    @property
    def behind_s(self) -> float:
        """Since when something waits."""
        return self.clock() - self.watch.empty_at

    def _count(self) -> int:
        self.asked += 1
        return self.waiting


def test_a_slow_store_with_a_window_that_is_seldom_full() -> None:
    """The queue is asked, its being full is told, and a lost link would be a gap from when it was empty last."""
    queue = Queue(500_000)
    for step in range(1_000):
        queue.look(0.01, is_full=step % 50 == 0)
    assert 1 <= queue.asked <= 3
    assert queue.watch.warning.text == (
        "500,000 messages wait in RabbitMQ until the store has room; its queue is full, and drops the oldest"
    )
    assert queue.watch.warning.is_losing
    assert queue.behind_s > 9.0


def test_a_broker_that_sends_slowly() -> None:
    """Where the window is never full, what waits is told as well."""
    queue = Queue(30_000)
    for _ in range(200):
        queue.look(0.01)
    assert queue.watch.warning == Warned("30,000 messages wait in RabbitMQ until they are read")
    assert queue.behind_s > 1.9
    queue.waiting = 0
    for _ in range(200):
        queue.look(0.01)
    assert queue.watch.warning.text is None
    assert queue.behind_s < 1.1


def test_a_steady_stream_is_not_behind() -> None:
    """What is on its way is no backlog, however long it goes on without a pause."""
    queue = Queue(30)
    for _ in range(70_000):
        queue.look(0.01)
    assert queue.watch.warning.text is None
    assert queue.behind_s < 2.1
    assert queue.asked < 800


def test_a_pause_tells_without_asking() -> None:
    """A broker that might send and does not has nothing; one whose window was full may have."""
    queue = Queue(7)
    for _ in range(100):
        queue.look(0.25, waited_s=0.25)
    assert (queue.asked, queue.behind_s) == (0, 0.0)
    queue.look(0.25, waited_s=0.25, is_full=True)
    queue.look(0.25, waited_s=0.25)
    assert queue.behind_s == 0.5
    queue.look(0.25, waited_s=0.25)
    assert (queue.asked, queue.behind_s) == (0, 0.0)
