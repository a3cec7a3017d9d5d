"""Umbel tells of itself: in full, to Prometheus, and in one list of doubts that every page carries."""

import json
import time
from datetime import UTC, datetime

import httpx
import pytest
from msgspec.structs import replace

from tests.support.events import T0, a_task_that_succeeded
from tests.support.exposition import Family, parse
from tests.support.served import Served
from umbel.store.protocols import Retention
from umbel.web.metrics import MAX_WORKERS
from umbel.web.process import ProcessProbe
from umbel.web.self_schemas import SelfTotals, SelfWorker

HOSTILE = 'celery@"}\\ umbel_evil_total 1\n# EOF <script>'


def a_worker(name: str, expected: int = 100, lost: int = 0, **fields: object) -> SelfWorker:
    """A worker that is measured and was heard just now."""
    given: dict[str, object] = {
        "state": "measured",
        "window_expected": expected,
        "window_lost": lost,
        "loss_ratio": lost / expected if expected else None,
        "heard_at": datetime.now(UTC),
    }
    return SelfWorker(name=name, expected=expected, lost=lost, **{**given, **fields})  # type: ignore[arg-type]  # any


def tell(server: Served, *workers: SelfWorker, **fields: object) -> None:
    """Let the account be so."""
    server.account = replace(server.account, workers=list(workers), **fields)


def scraped(client: httpx.Client) -> dict[str, Family]:
    """What Prometheus gets."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parse(answer.text)


def test_a_quiet_server_has_no_doubt(client: httpx.Client) -> None:
    """Without a reason nothing is doubted; what is not known is null."""
    told = client.get("/api/v1/self").json()
    assert told["doubts"] == []
    assert (told["account"]["lag_s"], told["free_bytes"]) == (None, None)
    assert told["process"]["pid"] > 0
    assert client.get("/api/v1/health").json()["doubts"] == []


def test_a_loss_is_told_on_every_page(server: Served, client: httpx.Client) -> None:
    """The health, which every page reads, names the reason and what to do."""
    tell(server, a_worker("good@vm"), a_worker("bad@vm", lost=10))
    (doubt,) = client.get("/api/v1/health").json()["doubts"]
    assert (doubt["code"], doubt["severity"], doubt["label"]) == ("loss", "warning", "misses 10.0 %")
    assert "bad@vm" in doubt["text"]
    assert doubt["workers"] == ["bad@vm"]
    assert client.get("/api/v1/self").json()["doubts"] == [doubt]


def test_a_worker_that_went_is_no_doubt(server: Served, client: httpx.Client) -> None:
    """What was lost of a worker that is gone for minutes does not make the figures of now wrong."""
    tell(server, a_worker("gone@vm", lost=50, heard_at=datetime.fromtimestamp(1, UTC)))
    assert client.get("/api/v1/health").json()["doubts"] == []


def test_drops_lag_and_refusals_are_doubts(server: Served, client: httpx.Client) -> None:
    """Each comes with its own reason, the worst first."""
    tell(server, lag_s=30.0, window=SelfTotals(events=100, dropped=5, malformed=50))
    found = client.get("/api/v1/health").json()["doubts"]
    assert [(one["code"], one["severity"]) for one in found] == [
        ("dropping", "critical"),
        ("lag", "warning"),
        ("malformed", "warning"),
    ]


def test_a_lost_broker_is_a_doubt(server: Served, client: httpx.Client) -> None:
    """Blindness is the first of all reasons."""
    since = datetime.fromtimestamp(1, UTC)
    server.link = replace(server.link, state="reconnecting", since=since, attempt=2, last_error="refused")
    (doubt,) = client.get("/api/v1/health").json()["doubts"]
    assert (doubt["code"], doubt["severity"]) == ("blind", "critical")
    server.link = replace(server.link, state="connecting", attempt=0)
    assert client.get("/api/v1/health").json()["doubts"] == []


def test_a_store_that_does_not_answer_holds_an_unknown_number(server: Served, client: httpx.Client) -> None:
    """Unknown is not none."""
    assert client.get("/api/v1/self").json()["store"]["tasks"] == 0
    server.store.close()
    store = client.get("/api/v1/self").json()["store"]
    assert (store["state"], store["tasks"]) == ("failing", None)
    assert client.get("/api/v1/health").json()["store"]["tasks"] is None


def test_counts_that_no_figure_tells_are_told(server: Served, client: httpx.Client) -> None:
    """What happened before the oldest figures that are kept: on the page, and for Prometheus."""
    retention = Retention(by_minute_age_s=60.0)
    while server.store.prune(retention, time.time()).more:
        pass
    server.commit(*a_task_that_succeeded("late", time.time() - T0 - 3_700))
    assert client.get("/api/v1/self").json()["store"]["counts_too_old"] == {"minute": 3, "hour": 0, "day": 0}
    assert 'umbel_figures_too_old_total{period="minute"} 3' in client.get("/metrics").text


def test_the_worst_workers_come_first_and_the_rest_is_a_number(server: Served, client: httpx.Client) -> None:
    """A page lists two hundred; none that loses is behind one that does not."""
    workers = [a_worker(f"w{number:03}@vm", lost=number == 249) for number in range(250)]
    tell(server, *workers)
    told = client.get("/api/v1/self").json()
    assert (len(told["account"]["workers"]), told["workers"], told["workers_left_out"]) == (200, 250, 50)
    assert told["account"]["workers"][0]["name"] == "w249@vm"


def test_what_prometheus_gets(server: Served, client: httpx.Client) -> None:
    """Every line is of the format; units and types are in the names; unknown values are left out."""
    tell(server, a_worker("w1@vm", lost=3, clock_offset_s=-0.5), totals=SelfTotals(events=12, committed=10))
    families = scraped(client)
    assert families["umbel_events_received_total"].samples[frozenset()] == 12
    assert families["umbel_broker_up"].samples[frozenset({("transport", "redis")})] == 1
    assert families["umbel_worker_tasks_lost_total"].samples[frozenset({("worker", "w1@vm")})] == 3
    assert families["umbel_worker_clock_offset_seconds"].samples[frozenset({("worker", "w1@vm")})] == -0.5
    assert families["umbel_doubt"].samples[frozenset({("code", "loss"), ("severity", "warning")})] == 1
    assert "umbel_lag_seconds" not in families
    tell(server, lag_s=0.25, lag_p99_s=1.5)
    assert scraped(client)["umbel_lag_seconds"].samples == {
        frozenset({("quantile", "0.5")}): 0.25,
        frozenset({("quantile", "0.99")}): 1.5,
    }


def test_hostile_names_stay_values(server: Served, client: httpx.Client) -> None:
    """Whatever a worker calls itself, it adds no line and no metric."""
    tell(server, a_worker(HOSTILE, lost=1), a_worker("other", lost=2))
    families = scraped(client)
    lost = families["umbel_worker_tasks_lost_total"].samples
    assert lost == {frozenset({("worker", HOSTILE)}): 1, frozenset({("worker", "other")}): 2}
    assert not any("evil" in name for name in families)


def test_labels_have_a_bound(server: Served, client: httpx.Client) -> None:
    """Workers without end make no series without end; their sum is not lost."""
    tell(server, *(a_worker(f"w{number}@vm", expected=number) for number in range(500)))
    expected = scraped(client)["umbel_worker_tasks_expected_total"].samples
    assert len(expected) == MAX_WORKERS + 1
    assert expected[frozenset({("worker", "other")})] == sum(range(500 - MAX_WORKERS))
    assert sum(expected.values()) == sum(range(500))


def test_the_stream_carries_it_while_somebody_looks(server: Served) -> None:
    """The topic ``self`` brings the report, and only to those who ask for it."""
    with httpx.stream("GET", f"{server.url}/api/v1/stream?topics=self", timeout=10) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line == "event: self")
        data = next(line for line in lines if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))["live"] == {
        "readers": 0,
        "longest_queue": 0,
        "queue_limit": 0,
        "told_to_reload": 0,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "umbel_x 1\n",
        "# HELP umbel_x help\n# TYPE umbel_x gauge\numbel_x 1",
        "# HELP umbel_x help\n# TYPE umbel_x counter\numbel_x 1\n",
        '# HELP umbel_x help\n# TYPE umbel_x gauge\numbel_x{a="b" 1\n',
        '# HELP umbel_x help\n# TYPE umbel_x gauge\numbel_x{a="b"c"} 1\n',
        "# HELP umbel_x help\n# TYPE umbel_x gauge\numbel_x 1\numbel_x 2\n",
        "# HELP umbel_x help\n# TYPE umbel_x gauge\numbel_y 1\n",
    ],
)
def test_the_checker_can_fail(wrong: str) -> None:
    """The reader that these tests trust refuses what the format does not allow."""
    with pytest.raises(ValueError, match=r"."):
        parse(wrong)


def test_the_process_tells_of_itself() -> None:
    """Memory and CPU time are there on Linux; the share of a core is known once two seconds have passed."""
    now = [0.0]
    probe = ProcessProbe(lambda: now[0])
    first = probe.read()
    assert first.cpu_share is None
    assert (first.rss_bytes or 1) > 0
    now[0] = 4.0
    share = probe.read().cpu_share
    assert share is not None
    assert 0 <= share < 100
