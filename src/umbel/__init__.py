"""Umbel: a monitoring and operations server for Celery."""

__version__ = "0.1.0.dev0"
