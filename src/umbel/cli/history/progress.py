"""How far a long command is, on standard error: one line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final

import click

_ON_TERMINAL_S: Final = 0.2
_ELSEWHERE_S: Final = 10.0


class Progress:
    """Says a sentence at most so often. ``quiet`` says nothing."""

    def __init__(self, *, quiet: bool, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._elapsed = elapsed
        self._is_terminal = sys.stderr.isatty()
        self._every_s = _ON_TERMINAL_S if self._is_terminal else _ELSEWHERE_S
        self._said_at = elapsed()
        self._shown = 0

    def say(self, sentence: str) -> None:
        """Say it, unless something was said a moment ago."""
        if self._quiet or self._elapsed() - self._said_at < self._every_s:
            return
        self._said_at = self._elapsed()
        if self._is_terminal:
            click.echo(f"\r{sentence:<{self._shown}}", err=True, nl=False)
            self._shown = len(sentence)
        else:
            click.echo(sentence, err=True)

    def end(self, sentence: str) -> None:
        """Say the last sentence."""
        self.clear()
        if not self._quiet:
            click.echo(sentence, err=True)

    def clear(self) -> None:
        """Begin a new line, so that something else can be said."""
        if self._shown:
            click.echo(f"\r{'':<{self._shown}}\r", err=True, nl=False)
            self._shown = 0
