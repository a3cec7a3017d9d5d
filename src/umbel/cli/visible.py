"""Texts of tasks, workers and brokers on a terminal: what would move its cursor is shown, and not obeyed."""

from __future__ import annotations

import logging
import unicodedata
from typing import Final

LOG_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_CONTROLS: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """Return any text in one line, its control characters as escapes."""
    return text if text.isprintable() else "".join(map(_sign, text))


def _sign(sign: str) -> str:
    if sign in "\r\n\t":
        return " "
    return f"\\u{ord(sign):04x}" if unicodedata.category(sign) in _CONTROLS else sign


class LineFormatter(logging.Formatter):
    """One line a message, whatever is in it: nobody writes a line of the log, or to the terminal, but Umbel itself."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging has it
        """Return the line; a traceback comes after it as it is."""
        return visible(super().formatMessage(record))
