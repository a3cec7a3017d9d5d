"""What workers answer is read without trust, masked and bounded."""

import pytest

from umbel.control import inspection_answers as read
from umbel.model.inspection import LISTED, ConsumedQueue, Pool, Registered, Request
from umbel.model.secrets import Masker

STATS = {
    "pid": 11,
    "uptime": 90,
    "total": {"a.b": 3, "c": 9, "odd": "many"},
    "pool": {
        "implementation": "celery.concurrency.prefork:TaskPool",
        "max-concurrency": 4,
        "processes": [12, 13],
        "max-tasks-per-child": "N/A",
        "timeouts": [0, 30],
    },
    "autoscaler": {"max": 9, "min": 3, "current": 4, "qty": 0},
    "broker": {"transport": "redis", "hostname": "redis.prod", "port": 6379, "uri_prefix": None, "password": "hidden"},
    "prefetch_count": 16,
    "rusage": {"utime": 1.5, "stime": 0.5, "maxrss": 2_000},
}
CLEAN = Masker("redis://:s3cret@redis.prod/0").clean


def test_the_pool() -> None:
    """Slots, processes, limits and autoscale; a solo pool has one slot whatever it says."""
    assert read.pool_of(STATS) == Pool(
        kind="prefork", slots=4, processes=(12, 13), time_limit_s=30.0, autoscale=(9, 3), max_tasks_per_child=None
    )
    solo = read.pool_of({"pool": {"implementation": "celery.concurrency.solo:TaskPool", "max-concurrency": 8}})
    assert solo == Pool(kind="solo", slots=1)
    assert solo.is_mute_while_busy
    threads = read.pool_of({"pool": {"implementation": "celery.concurrency.thread:TaskPool", "max-concurrency": 8}})
    assert threads == Pool(kind="threads", slots=8)


def test_use_of_the_host() -> None:
    """CPU time is the sum of both; the unit of the peak is the system's; counts that are none are left out."""
    assert read.cpu_of(STATS) == 2.0
    assert (read.peak_rss_of(STATS, "Linux"), read.peak_rss_of(STATS, "Darwin")) == (2_048_000, 2_000)
    assert read.total_of(STATS) == {"c": 9, "a.b": 3}
    assert read.broker_of(STATS, str) == {"transport": "redis", "hostname": "redis.prod", "port": "6379"}


def test_tasks_of_a_list() -> None:
    """Active ones and those held for an ETA are told in two shapes; texts are masked and cut, and lists bounded."""
    active = {
        "id": "1",
        "name": "send",
        "args": ["redis://:s3cret@redis.prod/0", "x" * 900],
        "kwargs": {},
        "delivery_info": {"routing_key": "email", "priority": 3, "redelivered": True},
        "acknowledged": True,
        "worker_pid": 12,
        "time_start": 1_000.5,
    }
    (one,) = read.requests_in([active], CLEAN)
    assert one == Request(
        id="1",
        name="send",
        args=one.args,
        kwargs="{}",
        queue="email",
        priority=3,
        redelivered=True,
        acknowledged=True,
        pid=12,
        started_at=1_000.5,
    )
    assert one.args is not None
    assert "s3cret" not in one.args
    assert len(one.args) == 400
    held = {"eta": "1970-01-01T00:00:10+00:00", "priority": 6, "request": {"id": "2"}}
    assert list(read.requests_in([held], str)) == [Request(id="2", eta=10.0)]
    assert len(list(read.requests_in([{"id": str(n)} for n in range(5_000)], str))) == LISTED


def test_what_is_registered_and_consumed() -> None:
    """Limits as Celery writes them, and queues with their exchange."""
    told = ["a.b [max_retries=3 rate_limit=10/m acks_late=True send_events=True]", "plain"]
    assert list(read.registered_in(told)) == [
        Registered(name="a.b", rate_limit="10/m", max_retries="3", acks_late=True),
        Registered(name="plain"),
    ]
    queue = {"name": "q", "exchange": {"name": "x", "type": "direct"}, "routing_key": "k", "durable": True}
    assert list(read.queues_in([queue | {"queue_arguments": {"x-max-priority": 9}}])) == [
        ConsumedQueue(name="q", exchange="x", exchange_type="direct", routing_key="k", durable=True, max_priority=9)
    ]


def test_settings_have_no_secrets() -> None:
    """By name, in URLs, and wherever a password of the broker stands; an empty or a plain one is shown."""
    conf = {
        "broker_url": "redis://:other@elsewhere/1",
        "my_api_token": "abc",
        "stripe_secret_key": "sk_live",
        "note": "the password is s3cret",
        "security_key": None,
        "task_serializer": "json",
        "worker_concurrency": 4,
    }
    shown = read.conf_in(conf, CLEAN)
    assert "other" not in shown["broker_url"]
    assert (shown["my_api_token"], shown["stripe_secret_key"]) == ("***", "***")
    assert "s3cret" not in shown["note"]
    assert (shown["task_serializer"], shown["worker_concurrency"]) == ("json", "4")


@pytest.mark.parametrize("told", [None, {"error": "no"}, [None, 3, {"id": 4}, {"name": []}], "text", 7, [[]]])
def test_nonsense_is_passed_over(told: object) -> None:
    """A worker may answer anything."""
    for reader in (lambda told: read.requests_in(told, str), read.registered_in, read.queues_in, read.revoked_in):
        assert list(reader(told)) == []
    stats = read.mapping(told)
    assert (read.pool_of(stats), read.cpu_of(stats), read.peak_rss_of(stats, None)) == (None, None, None)
    assert read.total_of(stats) == {}


def test_what_no_store_takes() -> None:
    """NUL characters, lone surrogates and numbers beyond 64 bits."""
    assert read.text_of("a\0b\ud800") == "a\N{SYMBOL FOR NULL}b?"
    assert (read.whole(2**70), read.whole(True), read.seconds(float("nan"))) == (None, None, None)
