"""Why a command is not done."""

from umbel.model.errors import UmbelError


class CannotDo(UmbelError):
    """What was asked for is well-formed, and cannot be done as things are: nothing was sent."""


class NotThere(CannotDo):
    """A worker, a queue or a task that nobody knows."""


class NotConfirmed(UmbelError):
    """What was typed is not the confirmation."""


class ReadOnly(UmbelError):
    """The server takes no commands."""
