"""What can be set: one table, from which ``--help``, the reference page and the environment names come.

The table is the class ``Settings``: a field's annotation says what it is for (``About``) and its default stands
beside it. ``umbel.cli`` reads the command line, the environment and ``.env`` into it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
import platformdirs
from msgspec import Struct

from umbel.model.health import Limits, limit_of
from umbel.setting import DEFAULT_CREDENTIALS, About, Credential, Receiver, Role, Setting, is_loopback, masked

GIB: Final = 1 << 30
CELERY, LISTEN, ACCESS, HISTORY = "Celery", "Address", "Access", "History"
SCHEDULES: Final = "Schedules"


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that can be set, with its default."""

    broker: Annotated[
        str | None,
        About(
            help="URL of the broker, as Celery writes it, for example redis://localhost:6379/0.",
            kind="url",
            group=CELERY,
            short="-b",
            env=("CELERY_BROKER_URL",),
            secret=True,
        ),
    ] = None
    app: Annotated[
        str | None,
        About(
            help="Celery application to load, as for celery -A: it names the broker and the result backend.",
            group=CELERY,
            short="-A",
            env=("CELERY_APP",),
        ),
    ] = None
    result_backend: Annotated[
        str | None,
        About(
            help="URL of the result backend, where the application does not name it.",
            kind="url",
            group=CELERY,
            env=("CELERY_RESULT_BACKEND",),
            secret=True,
        ),
    ] = None
    config: Annotated[
        str | None,
        About(
            help="Module with Celery's configuration, as for celery --config.",
            group=CELERY,
            env=("CELERY_CONFIG_MODULE",),
        ),
    ] = None
    workdir: Annotated[
        str | None,
        About(help="Folder to change to before anything is loaded.", kind="path", group=CELERY),
    ] = None
    cluster: Annotated[
        str,
        About(help="Name of what is monitored: one broker with its workers.", group=CELERY),
    ] = "default"
    enable_events: Annotated[
        bool,
        About(
            help="Ask workers that were started without -E to send task events.",
            kind="flag",
            group=CELERY,
            flower=True,
        ),
    ] = True
    receiver: Annotated[
        Receiver,
        About(
            help="What reads events: redis and amqp (RabbitMQ) take less work, kombu reads every broker, auto takes "
            "the fastest that can.",
            kind="receiver",
            group=CELERY,
        ),
    ] = "auto"
    durable_queue: Annotated[
        str | None,
        About(
            help="Name of a queue on RabbitMQ that keeps events while Umbel is away, for a day and a million messages "
            "at most; without it they are not seen.",
            group=CELERY,
        ),
    ] = None
    result_feed: Annotated[
        bool,
        About(
            help="Listen to the results that a Redis backend publishes, so that a task whose last event was lost is "
            "known to have ended.",
            kind="flag",
            group=CELERY,
        ),
    ] = True

    expected_workers: Annotated[
        tuple[str, ...],
        About(
            help="How many workers there should be: 3 in all, email@*=2 by name, queue:email_senders=2 that consume a "
            "queue; several after commas.",
            kind="workers",
            group=CELERY,
        ),
    ] = ()
    hide_offline_after: Annotated[
        int | None,
        About(
            help="Hours after which a worker that is offline is no longer listed; 0 for never. Its history stays.",
            kind="number",
            group=CELERY,
        ),
    ] = 24
    broker_api: Annotated[
        str | None,
        About(
            help="URL of RabbitMQ's management API, for example http://user:password@localhost:15672; without it port "
            "15672 of the broker is tried with the broker's user.",
            kind="url",
            group=CELERY,
            flower=True,
            secret=True,
        ),
    ] = None
    watch_queues: Annotated[
        tuple[str, ...],
        About(
            help="Queues to look at besides those that workers, events and the application name; several after commas.",
            kind="names",
            group=CELERY,
        ),
    ] = ()

    address: Annotated[
        str,
        About(
            help="Address to listen on. 0.0.0.0, :: or nothing means every interface.",
            kind="address",
            group=LISTEN,
            flower=True,
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        About(help="Port to listen on; 0 takes a free one.", kind="port", group=LISTEN, flower=True),
    ] = 5555
    url_prefix: Annotated[
        str,
        About(
            help="Path under which everything is served, for example /flower.",
            kind="prefix",
            group=LISTEN,
            flower=True,
        ),
    ] = ""
    certfile: Annotated[
        str | None,
        About(help="TLS certificate (PEM); needs a keyfile.", kind="path", group=LISTEN, flower=True),
    ] = None
    keyfile: Annotated[
        str | None,
        About(help="Private key of the certificate (PEM).", kind="path", group=LISTEN, flower=True),
    ] = None
    xheaders: Annotated[
        bool,
        About(
            help="Trust the headers of a proxy in front (X-Forwarded-For, X-Forwarded-Proto, X-Real-IP).",
            kind="flag",
            group=LISTEN,
            flower=True,
        ),
    ] = False

    basic_auth: Annotated[
        tuple[str, ...],
        About(
            help="Who may sign in, as user:password; more after a comma. A password may be an argon2 hash.",
            kind="list",
            group=ACCESS,
            flower=True,
            secret=True,
        ),
    ] = ()
    allow_insecure: Annotated[
        bool,
        About(
            help="Listen beyond this machine without credentials or with the default ones; "
            "everyone who can reach the port may then do everything.",
            kind="flag",
            group=ACCESS,
        ),
    ] = False
    read_only: Annotated[
        bool,
        About(help="Let nobody change anything.", kind="flag", group=ACCESS, flower=True),
    ] = False

    store: Annotated[
        str | None,
        About(
            help="Where the history is kept: a file, or the URL of a database. "
            "By default a file in the user's data folder.",
            kind="url",
            group=HISTORY,
            secret=True,
        ),
    ] = None
    keep_days: Annotated[
        int | None,
        About(help="Days that history is kept; 0 for ever.", kind="number", group=HISTORY),
    ] = 30
    keep_days_by_state: Annotated[
        tuple[tuple[str, int], ...],
        About(
            help="Days that tasks of a state are kept in place of keep_days, for example SUCCESS=7,FAILURE=90; "
            "0 for ever.",
            kind="ages",
            group=HISTORY,
        ),
    ] = ()
    keep_tasks: Annotated[
        int | None,
        About(
            help="Finished tasks that are kept; 0 without a bound.",
            kind="number",
            group=HISTORY,
            flower="max_tasks",
        ),
    ] = None
    keep_bytes: Annotated[
        int | None,
        About(
            help="Size that the store may reach, for example 500MB or 20GiB; 0 without a bound.",
            kind="size",
            group=HISTORY,
        ),
    ] = 20 * GIB
    keep_by_minute: Annotated[
        int | None,
        About(
            help="Days that the figures of each minute are kept, which outlive the tasks; 0 for ever.",
            kind="number",
            group=HISTORY,
        ),
    ] = 7
    keep_by_hour: Annotated[
        int | None,
        About(help="Days that the figures of each hour are kept; 0 for ever.", kind="number", group=HISTORY),
    ] = 90
    keep_by_day: Annotated[
        int | None,
        About(help="Days that the figures of each day (UTC) are kept; 0 for ever.", kind="number", group=HISTORY),
    ] = 1_095
    store_synchronous: Annotated[
        str,
        About(
            help="What a commit waits for: normal, the operating system, so that only a power loss can take the last "
            "seconds; full, the disk.",
            kind="sync",
            group=HISTORY,
        ),
    ] = "normal"

    threshold: Annotated[
        tuple[str, ...],
        About(
            help="From which value on a figure is a warning, and above which it is critical, for all or for one task, "
            "queue or worker: avg=5:10,send_batch.avg=10,email_senders.queue=100:1000; more after a comma. The figures "
            "are success, avg, queue, cpu and memory.",
            kind="limits",
        ),
    ] = ()
    schedule_file: Annotated[
        str | None,
        About(
            help="Beat's own file, which its --schedule names; read without running anything that is in it.",
            kind="path",
            group=SCHEDULES,
        ),
    ] = None
    schedule_database: Annotated[
        str | None,
        About(
            help="Database with the tables of django-celery-beat, as SQLAlchemy writes its URL, for example "
            "postgresql+psycopg://user:password@host/db. Nothing is written to it.",
            kind="url",
            group=SCHEDULES,
            secret=True,
        ),
    ] = None
    schedule_redbeat: Annotated[
        str | None,
        About(
            help="Redis in which RedBeat keeps its schedule, where that is not the broker.",
            kind="url",
            group=SCHEDULES,
            secret=True,
        ),
    ] = None
    schedule_grace: Annotated[
        int | None,
        About(help="Seconds that a run of a crontab may be late until it is missed.", kind="number", group=SCHEDULES),
    ] = 120
    schedule_interval_grace: Annotated[
        int | None,
        About(
            help="The same for an interval, or a tenth of the interval where that is more.",
            kind="number",
            group=SCHEDULES,
        ),
    ] = 30
    schedule_longest: Annotated[
        int | None,
        About(
            help="A scheduled run is too long beyond so many times the 95th percentile of its task's run time.",
            kind="number",
            group=SCHEDULES,
        ),
    ] = 3

    title: Annotated[
        str | None,
        About(help="Label on every page, for example staging, to tell two Umbels apart."),
    ] = None
    link: Annotated[
        tuple[str, ...],
        About(
            help="A way from each task to another tool, under a label, for example "
            "'Logs=https://logs.example/?q={id}'; {name}, {worker}, {queue}, {root_id} and others are filled in, too. "
            "Can be given several times.",
            kind="links",
        ),
    ] = ()
    log_level: Annotated[
        str,
        About(
            help="How much is logged: debug, info, warning or error.",
            kind="level",
            flower="logging",
            short="-l",
        ),
    ] = "info"

    started_as: Annotated[
        Literal["umbel", "flower"],
        About(help="The name it was started under.", internal=True),
    ] = "umbel"
    demo: Annotated[
        bool,
        About(help="Whether it shows the demo.", kind="flag", internal=True),
    ] = False
    warnings: Annotated[
        tuple[str, ...],
        About(help="What every page should warn of.", kind="list", internal=True),
    ] = ()

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.shown())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return list(self.shown())

    def shown(self) -> Iterator[tuple[str, object]]:
        """Every setting with its value; secrets are masked."""
        for setting in TABLE:
            value = getattr(self, setting.name)
            yield setting.name, masked(setting, value) if setting.about.secret else value

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.address)

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Who may sign in, and as what. Default credentials may only look where others can reach the port."""
        return tuple(self._credential(*entry.split(":", 1)) for entry in self.basic_auth)

    @property
    def anonymous_role(self) -> Role | None:
        """What one may do who did not sign in; None where signing in is needed."""
        if self.basic_auth:
            return None
        trusted = self.allow_insecure or (self.is_loopback and self.started_as == "umbel")
        return "admin" if trusted else "viewer"

    @property
    def limits(self) -> Limits:
        """From which values on figures are a warning and critical."""
        return Limits(map(limit_of, self.threshold))

    @property
    def store_location(self) -> str:
        """Where the history is kept, with the default resolved."""
        return self.store or str(Path(platformdirs.user_data_dir("umbel", False)) / f"{self.cluster}.db")

    def _credential(self, user: str, password: str) -> Credential:
        known = (user, password) in DEFAULT_CREDENTIALS
        trusted = self.allow_insecure or self.is_loopback
        return Credential(user=user, password=password, role="admin" if trusted or not known else "viewer")


def _rows() -> Iterator[Setting]:
    for field in msgspec.structs.fields(Settings):
        about = next(part for part in get_args(field.type) if isinstance(part, About))
        yield Setting(name=field.name, default=field.default, about=about)


TABLE: Final = tuple(_rows())
"""The rows in their order on the page."""
PUBLIC: Final = tuple(setting for setting in TABLE if not setting.about.internal)
"""The rows that a person can set."""
