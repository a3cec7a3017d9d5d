"""The small parts: back-off, link history, masks, rate, and the application."""

import logging
from pathlib import Path

import celery
import pytest

from tests.support.clock import ManualClock
from tests.support.events import T0
from umbel.ingest.app import make_app
from umbel.ingest.backoff import Backoff
from umbel.ingest.errors import AppNotFound
from umbel.ingest.health import BrokerHealth
from umbel.ingest.rate import Rate
from umbel.ingest.receivers.link import BLIND_KEPT, LinkLog
from umbel.ingest.receivers.live import Live, LiveReceiver, broker_url


def test_waits_double_up_to_ten_seconds() -> None:
    """A broker that stays away is asked less and less often, and never less than every ten seconds."""
    backoff = Backoff(lambda: 0.0)

    assert [backoff.next_s() for _ in range(8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]
    backoff.reset()
    assert backoff.next_s() == 0.5


def test_waits_are_jittered_downwards() -> None:
    """Chance makes a wait shorter by at most a half, so that the cap holds."""
    assert Backoff(lambda: 1.0).next_s() == 0.25


def test_the_link_tells_its_history() -> None:
    """From the first try to the last: state, tries, the next one, reconnects, and when nothing could be seen."""
    clock = ManualClock()
    link = LinkLog(BrokerHealth(url="redis://", transport="redis", state="connecting", since=clock()), clock)
    link.failed("refused", 2.0)
    clock.forward(0.5)
    health = link.health()
    assert (health.state, health.attempt, health.next_try_s) == ("connecting", 1, 1.5)
    assert health.last_error == "refused"

    clock.forward(1.5)
    link.connected()
    health = link.health()
    assert (health.state, health.since, health.attempt, health.reconnects) == ("connected", T0 + 2.0, 0, 0)
    assert [(gap.since, gap.until) for gap in health.blind] == [(T0, T0 + 2.0)]

    clock.forward(10.0)
    link.lost("reset", since=T0 + 11.0, wait_s=0.5)
    assert link.health().state == "reconnecting"
    link.failed("refused", 1.0)
    link.failed("refused", 1.0)
    assert link.health().attempt == 2
    assert link.health().blind[-1].until is None
    clock.forward(3.0)
    link.connected()
    health = link.health()
    assert (health.reconnects, health.attempt, health.next_try_s) == (1, 0, None)
    assert [(gap.since, gap.until, gap.reason) for gap in health.blind[1:]] == [(T0 + 11.0, T0 + 15.0, "reset")]
    link.stopped()
    assert link.health().state == "stopped"


def test_what_is_being_lost_is_a_gap_too() -> None:
    """A warning alone is none; what drops events makes one, which ends with the warning, or with the link."""
    clock = ManualClock()
    link = LinkLog(BrokerHealth(url="amqp://", transport="amqp", state="connecting", since=clock()), clock)
    link.connected()
    link.warned("much waits", None)
    assert (link.health().warning, link.health().blind) == ("much waits", ())
    link.warned("it drops some", T0 - 5)
    link.warned("it drops more", T0 - 5)
    clock.forward(1)
    link.warned(None, None)
    link.warned("it drops again", T0)
    clock.forward(1)
    link.lost("closed", since=T0, wait_s=1.0)

    health = link.health()
    assert health.warning is None
    assert [(gap.since, gap.until, gap.reason, gap.has_link) for gap in health.blind] == [
        (T0 - 5, T0 + 1, "it drops some", True),
        (T0, T0 + 2, "it drops again", True),
        (T0, None, "closed", False),
    ]


def test_the_link_remembers_the_newest_gaps() -> None:
    """A link that flaps for ever does not fill the memory."""
    link = LinkLog(BrokerHealth(url="redis://", transport="redis", state="connecting", since=0.0), ManualClock())
    for number in range(BLIND_KEPT + 10):
        link.lost(f"loss {number}", since=float(number), wait_s=0.0)
        link.connected()

    gaps = link.health().blind
    assert len(gaps) == BLIND_KEPT
    assert gaps[-1].reason == f"loss {BLIND_KEPT + 9}"


def test_the_rate_is_of_the_last_ten_seconds() -> None:
    """It follows what comes now, and forgets what came before."""
    clock = ManualClock()
    rate = Rate(clock)
    rate.add(50)
    clock.forward(5.0)
    assert rate.per_s() == 10.0
    clock.forward(15.0)
    assert rate.per_s() == 0.0


def test_a_broker_url_is_enough() -> None:
    """Without the user's code there is an application that knows the broker, and nobody else sees it."""
    app = make_app("redis://127.0.0.1:1/0", result_backend="redis://127.0.0.1:1/1")

    assert broker_url(app) == "redis://127.0.0.1:1/0"
    assert app.conf.result_backend == "redis://127.0.0.1:1/1"
    assert celery.current_app != app


def test_the_users_application_is_loaded(tmp_path: Path) -> None:
    """``-A`` names a module as it does for Celery; its settings hold, and a broker given beside it wins."""
    tmp_path.joinpath("umbel_test_shop.py").write_text(
        "import celery\napp = celery.Celery('shop', broker='redis://10.0.0.1/0', set_as_current=False)\n"
        "app.conf.event_queue_prefix = 'shop-events'\n"
    )
    app = make_app(app="umbel_test_shop", workdir=tmp_path)
    assert broker_url(app) == "redis://10.0.0.1/0"
    assert app.conf.event_queue_prefix == "shop-events"

    assert broker_url(make_app("redis://10.0.0.2/0", app="umbel_test_shop:app")) == "redis://10.0.0.2/0"


@pytest.mark.parametrize("name", ["no_such_module_anywhere", "json:no_such_name", "json:dumps"])
def test_an_application_that_is_none_is_named(name: str) -> None:
    """The message says what was asked for and why it could not be had."""
    with pytest.raises(AppNotFound, match=name):
        make_app(app=name)


@pytest.mark.parametrize("before", [400, 440, 455, 470, 500])
def test_no_piece_of_a_password_is_told(before: int, caplog: pytest.LogCaptureFixture) -> None:
    """Wherever a driver's long message is cut."""
    url = "redis://:very-long-s3cret@127.0.0.1:1/0"

    def fails() -> Live:
        raise OSError("x" * before + f" {url}")

    receiver = LiveReceiver(
        make_app(url), fails, name="x", clock=ManualClock(), random=lambda: 0.0, logger=logging.getLogger("test")
    )
    receiver.receive(0.0)

    told = receiver.health().last_error or ""
    assert told.startswith("OSError: xxx")
    assert len(told) <= 500
    assert "very" not in told + caplog.text
