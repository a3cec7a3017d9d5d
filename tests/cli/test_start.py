"""Umbel really started, in every way that the guide names, against a real Redis."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import LOOPBACK, ROOT, Process, free_port
from tests.support.services import RedisServer
from umbel.settings import PUBLIC

pytestmark = pytest.mark.slow
HERE = Path(sys.executable).parent
UMBEL, CELERY = str(HERE / "umbel"), str(HERE / "celery")
APP = "tests.support.celery_app"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis"), password="hush") as server:
        yield server


def environment(folder: Path, broker: str) -> dict[str, str]:
    """Nothing of this machine, a store in the folder, and the broker for the application of the tests."""
    ours = {name for setting in PUBLIC for name in setting.about.env}
    clean = {name: text for name, text in os.environ.items() if name not in ours}
    store = {"UMBEL_STORE": str(folder / "umbel.db"), "UMBEL_TEST_BROKER": broker, "PYTHONPATH": str(ROOT)}
    return {name: text for name, text in clean.items() if not name.startswith(("UMBEL_", "FLOWER_"))} | store


class Started:
    """An Umbel that answers."""

    def __init__(self, process: Process, url: str) -> None:
        self.process = process
        self.url = url

    def exit_code(self) -> int | None:
        popen = self.process._popen
        return popen.returncode if popen else None

    def get(self, path: str, sign_in: str | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(self.url + path)  # noqa: S310 - loopback
        if sign_in:
            request.add_header("Authorization", f"Basic {b64encode(sign_in.encode()).decode()}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None

    def health(self, sign_in: str | None = None) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.get("/api/v1/health", sign_in)[1])


Start = Callable[..., Started]


@pytest.fixture
def start(redis: RedisServer, tmp_path: Path) -> Iterator[Start]:
    """A function that starts a command and returns once it serves; ``{broker}`` and ``{port}`` are filled in."""
    started: list[Process] = []

    def start_now(*words: str, prefix: str = "", **env: str) -> Started:
        port = free_port()
        command = [word.format(broker=redis.url, port=port) for word in words]
        process = Process("umbel", command, tmp_path, {})
        process.env = {**environment(tmp_path, redis.url), **env}
        umbel = Started(process, f"http://{LOOPBACK}:{port}{prefix}")
        started.append(process)
        process.start(lambda: "is ready: " in process.log())
        return umbel

    yield start_now
    for process in started:
        process.stop()


@pytest.mark.parametrize(
    "words",
    [
        (UMBEL, "--broker", "{broker}", "--port", "{port}"),
        (UMBEL, "--port={port}", "serve", "-b", "{broker}"),
        (sys.executable, "-m", "umbel", "--broker={broker}", "--port={port}"),
        (UMBEL, "-A", APP, "--port={port}"),
        (CELERY, "-A", APP, "umbel", "--port={port}"),
        (CELERY, "--broker={broker}", "umbel", "--port={port}"),
    ],
    ids=["broker", "serve", "module", "app", "celery-app", "celery-broker"],
)
def test_ways_to_start(start: Start, words: tuple[str, ...]) -> None:
    """It serves on loopback, sees the broker, tells no password, and ends on SIGTERM with exit code 0."""
    umbel = start(*words)
    assert umbel.get("/healthcheck")[0] == 200
    assert umbel.health()["broker"]["transport"] == "redis"
    umbel.process.stop(signal.SIGTERM)
    assert umbel.exit_code() == 0
    assert "hush" not in umbel.process.log()
    assert "Traceback" not in umbel.process.log()


def test_the_command_line_of_the_guide(start: Start) -> None:
    """`celery -A APP flower --port=5555 --basic_auth=admin:admin123` does what it says (M1), and warns."""
    umbel = start(CELERY, "-A", APP, "flower", "--port={port}", "--basic_auth=admin:admin123")
    assert umbel.get("/api/v1/health")[0] == 401
    assert umbel.get("/api/v1/health", "admin:wrong")[0] == 401
    health = umbel.health("admin:admin123")
    assert "The password of admin is known from the examples" in health["warnings"][0]
    umbel.process.stop(signal.SIGINT)
    assert umbel.exit_code() == 0


def test_flower_without_credentials_lets_people_look(start: Start) -> None:
    """Under the name flower nobody has to sign in, and nobody may act (M4)."""
    umbel = start(CELERY, "-A", APP, "flower", "--port={port}", "-l", "info", "--persistent=True", "--bogus")
    assert json.loads(umbel.get("/api/v1/me")[1])["role"] == "viewer"
    log = umbel.process.log()
    assert "Warning: --persistent does nothing here: the history is always kept" in log
    assert "Warning: ignored, as no options of flower: --bogus" in log
    assert "people may look and not act" in log


def test_flower_from_the_environment(start: Start) -> None:
    """The variables of both guides, and a prefix for the proxy."""
    env = {"FLOWER_ADMIN_USERNAME": "boss", "FLOWER_ADMIN_PASSWORD": "Str0ng,x:1", "FLOWER_URL_PREFIX": "flower"}
    umbel = start(CELERY, "-A", APP, "flower", "--port={port}", prefix="/flower", **env)
    assert umbel.get("/api/v1/health")[0] == 401
    assert umbel.health("boss:Str0ng,x:1")["warnings"] == []


def fails(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, env=environment(folder, "memory://"), cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_port_in_use_is_one_line(start: Start, tmp_path: Path) -> None:
    """The line names the port."""
    taken = start(UMBEL, "--broker", "{broker}", "--port", "{port}")
    port = taken.url.rpartition(":")[2]
    found = fails(UMBEL, "--broker=memory://", f"--port={port}", "--store", str(tmp_path / "b.db"), folder=tmp_path)
    assert found.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in found.stderr
    assert "Traceback" not in found.stderr


def test_an_application_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """The line names it."""
    found = fails(UMBEL, "-A", "no_such_project", "--port=0", folder=tmp_path)
    assert found.returncode == 1
    assert "cannot load the Celery application 'no_such_project'" in found.stderr
    assert "Traceback" not in found.stderr


def test_celery_does_not_load_umbel_for_others(tmp_path: Path) -> None:
    """Each worker imports the plug-in; nothing else of Umbel comes with it."""
    code = "import sys, umbel.cli.celery_plugin; print([n for n in sys.modules if n.startswith('umbel')])"
    found = fails(sys.executable, "-c", code, folder=tmp_path)
    assert found.stdout.strip() == "['umbel', 'umbel.cli', 'umbel.cli.celery_plugin']"


def test_a_durable_queue_without_rabbitmq_is_one_line(tmp_path: Path) -> None:
    """Whoever asks for events to be kept is not left to believe that they are."""
    found = fails(UMBEL, "--broker=memory://", "--port=0", "--durable-queue=umbel", folder=tmp_path)
    assert found.returncode == 1
    assert "the durable queue 'umbel' needs RabbitMQ" in found.stderr
    assert "Traceback" not in found.stderr
