"""What can go wrong in ingest."""

from umbel.model.errors import UmbelError


class IngestError(UmbelError):
    """Something about the way from the broker to the store."""


class AppNotFound(IngestError):
    """A Celery application could not be loaded."""


class LinkLost(IngestError):
    """The link to the broker is gone, or was quietly replaced by a new one."""
