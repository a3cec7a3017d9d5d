"""``umbel demo``: puts the parts together."""

import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Final, NoReturn

import click
from msgspec import Struct

from umbel.cli.checks import checked
from umbel.cli.demo.broker import KINDS, LOOPBACK, BrokerPlan, NoBroker, plan_broker
from umbel.cli.demo.children import IS_WINDOWS, Child, Children
from umbel.cli.demo.pace import pace_of
from umbel.cli.run import FAILED, INTERRUPTED
from umbel.cli.visible import LOG_FORMAT, LineFormatter
from umbel.model.errors import UmbelError
from umbel.settings import Settings

USER, PASSWORD = "admin", "admin123"
BROKER_WITHIN_S: Final = 15.0
USUAL_PORT: Final = 5555
APP: Final = "umbel.cli.demo.app"


class Wish(Struct, frozen=True, kw_only=True):
    """What the person asked for. ``port`` is None where any will do."""

    port: int | None
    rate: float
    broker: str
    store: str | None


def run_demo(wish: Wish) -> int:
    """Run the demo until Ctrl-C or SIGTERM, and return the exit code. Whatever it started has ended then."""
    _leave_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="umbel-demo-"))
    keep = True
    try:
        code, died = _run_in(folder, wish)
        keep = died or code != 0
    except UmbelError as error:
        click.echo(f"Error: {error}", err=True)
        code = FAILED
    except (KeyboardInterrupt, SystemExit):
        code, keep = INTERRUPTED, False
    if keep:
        click.echo(f"The logs are in {folder}", err=True)
    else:
        rmtree(folder, ignore_errors=True)
    return code


def _run_in(folder: Path, wish: Wish) -> tuple[int, bool]:
    from umbel.server import serve  # noqa: PLC0415 - half a second, which --help need not wait for

    plan = plan_broker(wish.broker, folder)
    with Children(folder, _environment(folder, plan, wish.rate), _tell) as children, _broker_variables_away():
        _start_broker(children, plan)
        for child in (*workers(), beat(folder)):
            children.start(child)
        settings = _settings(folder, plan, wish)
        _log_to(folder / "umbel.log")

        def on_ready(url: str) -> None:
            children.start(producer(wish.rate))
            click.echo("\n".join(_banner(url, plan, folder, settings)))

        code = serve(settings, on_ready=on_ready)
        click.echo("Stopping …")
        return code, children.died


def workers() -> list[Child]:
    """Two workers with processes and a solo one; on Windows, where processes do not fork, all are solo."""
    pool = ["--pool=solo"] if IS_WINDOWS else ["--pool=prefork"]
    return [
        _worker("calls", "default", [*pool, "--concurrency=6"]),
        _worker("mail", "email_senders", [*pool, "--concurrency=3"]),
        _worker("desk", "default", ["--pool=solo"]),
    ]


def beat(folder: Path) -> Child:
    """The scheduler, with its state in the folder."""
    schedule = str(folder / "beat-schedule")
    return Child(name="beat", command=_celery("beat", "--loglevel=info", f"--schedule={schedule}", "--pidfile="))


def producer(rate: float) -> Child:
    """What sends the tasks."""
    return Child(name="producer", command=[sys.executable, "-m", "umbel.cli.demo.producer", str(rate)])


def _worker(name: str, queue: str, options: list[str]) -> Child:
    command = _celery("worker", f"--hostname={name}@demo", f"--queues={queue}", "--loglevel=info", *options)
    return Child(name=f"worker-{name}", command=command, restarts=1)


def _celery(command: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", APP, command, *options]


def _start_broker(children: Children, plan: BrokerPlan) -> None:
    broker = children.start(Child(name="broker", command=plan.command))
    if not children.wait_until(broker, plan.answers, BROKER_WITHIN_S):
        raise NoBroker(f"{plan.label} did not start; see {children.log_path(broker)}")


def _environment(folder: Path, plan: BrokerPlan, rate: float) -> dict[str, str]:
    """The environment of the children: nothing that a person has set for a Celery of their own."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith(("CELERY_", "UMBEL_", "FLOWER_"))}
    demo = {"BROKER": f"{plan.url}0", "BACKEND": f"{plan.url}1", "PACE": str(pace_of(rate))}
    ours |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)) | {"PYTHONUNBUFFERED": "1"}
    return ours | {f"UMBEL_DEMO_{name}": text for name, text in demo.items()}


def _settings(folder: Path, plan: BrokerPlan, wish: Wish) -> Settings:
    settings = Settings(
        broker=f"{plan.url}0",
        result_backend=f"{plan.url}1",
        cluster="demo",
        address=LOOPBACK,
        port=_port() if wish.port is None else wish.port,
        basic_auth=(f"{USER}:{PASSWORD}",),
        store=wish.store or str(folder / "umbel.db"),
        demo=True,
    )
    return checked(settings)


def _port() -> int:
    """The usual port, or 0 for a free one where something listens there."""
    try:
        socket.create_server((LOOPBACK, USUAL_PORT)).close()
    except OSError:
        return 0
    return USUAL_PORT


@contextmanager
def _broker_variables_away() -> Iterator[None]:
    """Celery reads the broker from these before anything else, and Umbel runs in this process."""
    away = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("CELERY_")}
    try:
        yield
    finally:
        os.environ.update(away)


def _banner(url: str, plan: BrokerPlan, folder: Path, settings: Settings) -> list[str]:
    lines = {
        "open": url,
        "sign in": f"{USER} / {PASSWORD}   (the demo's own, on this machine only)",
        "broker": f"{plan.label}, {settings.broker}",
        "history": f"{settings.store}{'' if settings.store != str(folder / 'umbel.db') else '   (gone when it stops)'}",
        "logs": str(folder),
        "stop": "Ctrl-C",
    }
    return ["Umbel demo: three workers, beat and a stream of tasks", *(f"  {k:<8} {v}" for k, v in lines.items())]


def _log_to(path: Path) -> None:
    file = logging.FileHandler(path, encoding="utf-8")
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.ERROR)
    for handler in (file, terminal):
        handler.setFormatter(LineFormatter(LOG_FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[file, terminal])


def _tell(text: str) -> None:
    click.echo(f"Warning: {text}", err=True)


def _leave_on_signals() -> None:
    def leave(*_: object) -> NoReturn:
        raise SystemExit(INTERRUPTED)

    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts its background jobs with SIGINT ignored
        signal.signal(number, leave)


@click.command("demo", short_help="See it run: a broker, workers, tasks and Umbel.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.  [default: 5555 or free]")
@click.option("--rate", type=click.FloatRange(0.1, 200), default=3.0, show_default=True, help="Tasks a second.")
@click.option("--broker", type=click.Choice(["auto", *KINDS]), default="auto", show_default=True, help="Which Redis.")
@click.option("--store", metavar="TEXT", help="Where the history is kept.  [default: a file that is deleted]")
@click.pass_context
def demo(ctx: click.Context, /, port: int | None, rate: float, broker: str, store: str | None) -> None:
    """Start a broker, workers, beat, a stream of tasks and Umbel on this machine, until Ctrl-C."""
    ctx.exit(run_demo(Wish(port=port, rate=rate, broker=broker, store=store)))
