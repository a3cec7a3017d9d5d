"""The command line: ``umbel`` and the sub-commands of ``celery``."""
