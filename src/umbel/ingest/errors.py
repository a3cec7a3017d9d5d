"""What can go wrong in ingest."""

from umbel.model.errors import UmbelError


class IngestError(UmbelError):
    """Something about the way from the broker to the store."""


class AppNotFound(IngestError):
    """A Celery application could not be loaded."""


class LinkLost(IngestError):
    """The link to the broker is gone, or was quietly replaced by a new one."""


class NotSupported(IngestError):
    """A fast receiver cannot read this deployment. The message says why; kombu's can."""


class WrongReceiver(IngestError):
    """A setting asks for a receiver, or for what it can do, that this broker cannot have."""


class NotAllowed(UmbelError):
    """The broker refuses what was asked of it; the link holds."""
