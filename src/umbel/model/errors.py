"""The one family of errors: every failure that Umbel names is an ``UmbelError``."""


class UmbelError(Exception):
    """Something that a person can act on. The message names the thing, the value and what is allowed."""
