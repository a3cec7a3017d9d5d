"""The options of Flower: which are settings of Umbel, which do nothing here yet, which cannot be passed over."""

from typing import Final

from umbel.settings import PUBLIC

IDLE: Final = {
    "auto_refresh": "pages are always live",
    "ca_certs": "clients are not asked for certificates",
    "cookie_secret": "there are no cookies",
    "db": "see --store",
    "format_task": "tasks are shown as they are",
    "inspect_timeout": "workers are not inspected yet",
    "log_file_max_size": "the log goes to standard error",
    "log_file_num_backups": "the log goes to standard error",
    "log_file_prefix": "the log goes to standard error",
    "log_rotate_interval": "the log goes to standard error",
    "log_rotate_mode": "the log goes to standard error",
    "log_rotate_when": "the log goes to standard error",
    "log_to_stderr": "the log goes to standard error",
    "max_workers": "every worker is kept",
    "natural_time": "pages show both kinds of time",
    "oauth2_key": "there is no OAuth yet",
    "oauth2_redirect_uri": "there is no OAuth yet",
    "oauth2_secret": "there is no OAuth yet",
    "persistent": "the history is always kept",
    "purge_offline_workers": "every worker is kept",
    "state_save_interval": "the history is always saved",
    "task_runtime_metric_buckets": "there is no /metrics yet",
    "tasks_columns": "the page has its own choice of columns",
}
"""Options that are accepted and do nothing, and what one should know."""

REFUSED: Final = {
    "auth": "sign-in by OAuth is not there yet, and without it everyone could look in; use --basic_auth",
    "auth_provider": "sign-in by OAuth is not there yet, and without it everyone could look in; use --basic_auth",
    "unix_socket": "Umbel listens on a port only, which more people may reach; use --address and --port",
}
"""Options that protect: to start without them would open what the user meant to close."""

ALIASES: Final = {"loglevel": "log_level"} | {
    setting.about.flower: setting.name for setting in PUBLIC if isinstance(setting.about.flower, str)
}
"""Names of Flower, and one that people pass to it, for settings that Umbel calls otherwise."""

OF_CELERY: Final = frozenset({"-A", "--app", "-b", "--broker", "--result-backend", "--config", "--workdir", "--loader"})
"""Options of celery itself: they stand before the name of the sub-command."""
