"""Result backends of each kind are read by id, in bounded looks, and nothing in them is trusted."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from umbel.control.results import MAX_RESULT_BYTES, NO_BACKEND, RPC, Results
from umbel.model.learnt import from_backend
from umbel.model.secrets import Masker

SECRET = "s3cret"


def an_app(backend: str | None, **conf: Any) -> Celery:
    """Return an application with this result backend."""
    app = Celery("test", broker="memory://", backend=backend, set_as_current=False)
    app.conf.update(conf)
    return app


def results_of(app: Celery, **options: Any) -> Results:
    """Return the reader of its backend."""
    return Results(app, masker=Masker(f"redis://:{SECRET}@x"), **options)


BACKENDS: dict[str, Callable[[Path], str]] = {
    "files": lambda folder: f"file://{folder}",
    "memory": lambda _: "cache+memory://",
    "database": lambda folder: f"db+sqlite:///{folder / 'results.db'}",
}


@pytest.fixture(params=BACKENDS)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Celery:
    """Return an application with a backend of each kind in turn."""
    return an_app(BACKENDS[request.param](tmp_path))


def test_what_is_kept_is_found(app: Celery) -> None:
    """Each backend gives the end, the result and the exception; an id that it does not know gives none."""
    app.backend.store_result("good", {"a": [1, 2]}, "SUCCESS")
    app.backend.store_result("bad", ValueError("no"), "FAILURE", traceback="Traceback\nValueError: no")
    found = results_of(app).look_up(["good", "bad", "unknown"], 5.0)
    assert found.looked_up == {"good", "bad", "unknown"}
    ends = {task_id: from_backend(task_id, meta, 1.0) for task_id, meta in found.metas.items()}
    good, bad = ends["good"], ends["bad"]
    assert good is not None
    assert bad is not None
    assert (good.state, good.result) == ("SUCCESS", "{'a': [1, 2]}")
    assert (bad.state, bad.exception, bad.traceback) == ("FAILURE", "ValueError('no')", "Traceback\nValueError: no")
    assert ends.get("unknown") is None
    assert good.timestamp > 1_700_000_000, "the instant at which it was stored"


def test_there_is_none() -> None:
    """It is said, and nothing is looked up."""
    results = results_of(an_app(None))
    assert (results.look_up(["a"], 1.0).looked_up, results.why_not) == (frozenset(), NO_BACKEND)


def test_rpc_cannot_be_read() -> None:
    """Its results are in a queue of the caller."""
    results = results_of(an_app("rpc://"))
    assert not results.open()
    assert results.why_not == RPC


@pytest.mark.parametrize("url", ["nonsense://x", f"no.such.module://:{SECRET}@x"])
def test_a_backend_that_cannot_be_made(url: str) -> None:
    """It is said why, without a password."""
    results = results_of(an_app(url))
    assert not results.open()
    assert (results.why_not or "").startswith("the result backend cannot be used (")
    assert SECRET not in (results.why_not or "")


def test_a_backend_that_does_not_answer() -> None:
    """It means "not now": nothing was looked up, and the reason is there without a password."""
    app = an_app(f"redis://:{SECRET}@127.0.0.1:1/0")
    app.conf.redis_retry_on_timeout = False
    results = results_of(app)
    assert results.look_up(["a"], 1.0).looked_up == frozenset()
    assert results.why_not is None
    assert results.last_error
    assert SECRET not in results.last_error


@pytest.mark.parametrize("before", [200, 240, 260, 275, 300])
def test_no_piece_of_a_password_is_told(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a driver's long message is cut."""
    url = "redis://:very-long-s3cret@127.0.0.1:1/0"
    app = an_app("cache+memory://")

    def fails(_: object) -> None:
        raise OSError("x" * before + f" {url}")

    monkeypatch.setattr(app.backend, "mget", fails)
    results = Results(app, masker=Masker(url))
    assert results.look_up(["a"], 1.0).looked_up == frozenset()
    told = results.last_error or ""
    assert told.startswith("OSError: xxx")
    assert len(told) <= 300
    assert "very" not in told


def test_what_is_no_record_is_counted(tmp_path: Path) -> None:
    """Pickles, garbage and what is too large are never made into anything."""
    app = an_app(f"file://{tmp_path}")
    results = results_of(app)
    for task_id, payload in {
        "pickle": pickle.dumps({"status": "SUCCESS"}),
        "garbage": b"\xff{",
        "list": b"[1]",
        "large": b'"' + b"x" * MAX_RESULT_BYTES + b'"',
    }.items():
        backend: Any = app.backend
        (tmp_path / backend.get_key_for_task(task_id).decode()).write_bytes(payload)
    found = results.look_up(["pickle", "garbage", "list", "large"], 1.0)
    assert (found.metas, len(found.looked_up), results.unreadable) == ({}, 4, 4)


def test_an_id_is_no_path(tmp_path: Path) -> None:
    """An id that could be taken for something else is not looked up."""
    found = results_of(an_app(f"file://{tmp_path}")).look_up(["../../etc/passwd", "a b", "fine"], 1.0)
    assert found.looked_up == {"fine"}
    assert found.refused == {"../../etc/passwd", "a b"}


def test_one_by_one_there_is_an_end_of_time(tmp_path: Path) -> None:
    """A slow backend is read for as long as there is time, one record at least."""
    ticks = itertools.count()
    results = results_of(an_app(f"db+sqlite:///{tmp_path / 'results.db'}"), elapsed=lambda: float(next(ticks)))
    assert results.look_up(["a", "b", "c", "d"], 2.5).looked_up == {"a", "b", "c"}
