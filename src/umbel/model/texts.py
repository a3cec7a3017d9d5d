"""Texts from outside, made fit to be kept: every store can hold and search them."""

from __future__ import annotations

import re
from typing import Final

from umbel.model.events import ELLIPSIS

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return ``text`` with U+FFFD for each NUL and lone surrogate, so that every store can keep and search it."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def safe_repr(value: object) -> str:
    """Return the repr of anything at all."""
    try:
        return clean(repr(value))
    except Exception:  # noqa: BLE001 - too deep, too many digits, or an object that cannot say what it is
        return ELLIPSIS
