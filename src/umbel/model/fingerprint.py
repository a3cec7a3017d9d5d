"""What makes two failures the same: class, message and place.

Of the message what differs from task to task is left out; the place is the innermost frame of the application's code.
A fingerprint is a pure function of the texts that Celery sends, takes time linear in them, and holds no line number:
code above a line moves it. Its rule is part of what is stored, so a change of it opens new groups.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from msgspec import Struct

READ: Final = 1_000
"""Characters of an exception that are looked at."""
SHOWN: Final = 200
"""Characters of a normalised message, a class and a place that are kept."""
_REMEMBERED: Final = 128
_LONGEST_LINE: Final = 1_000
_HEX_FROM: Final = 8
_ID_FROM: Final = 10
_CHANGES_OF_AN_ID: Final = 3
_WORKER_CODE: Final = frozenset({"celery", "kombu", "billiard"})

NUMBER: Final = "<n>"
HEX: Final = "<hex>"
ID: Final = "<id>"
MAIL: Final = "<email>"
ANY_TEXT: Final = "\N{HORIZONTAL ELLIPSIS}"

_CALLED: Final = re.compile(r"([A-Za-z_][\w.]*)\((.*)", re.DOTALL)
_SPELLED: Final = re.compile(r"([A-Za-z_][\w.]*): (.*)", re.DOTALL)
_BARE: Final = re.compile(r"[A-Za-z_][\w.]*")
_FIRST_TEXT: Final = re.compile(r"[rRbBuU]{0,2}(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(['\"\\nt])")
_QUOTED: Final = re.compile(r"(?<!\w)(?:'[^'\n]*'|\"[^\"\n]*\")(?!\w)")
_TOKEN: Final = re.compile(r"[^\s'\"(),;\[\]{}<>`]+")
_PIECE: Final = re.compile(r"[^-_./:=]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_HEX_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]+")
_HEX_DIGITS: Final = frozenset("0123456789abcdefABCDEF")
_DIGITS: Final = re.compile(r"\d+")
_NUMBERS: Final = re.compile(rf"{NUMBER}(?:[-.,:/]{NUMBER})+")
_CHANGE: Final = re.compile(r"(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]")
_FRAME: Final = re.compile(r'[\s|+-]*File "(.+)", line \d+(?:, in (.+))?')
_LIBRARY: Final = re.compile(
    r"(?:^|[/\\])(?:site-packages|dist-packages|lib[/\\]python\d[\d.]*)[/\\]|^<frozen|python\d+\.zip"
)
_INSTALLED: Final = re.compile(r"(?:site-packages|dist-packages|lib[/\\]python[\d.]+)[/\\]")
_SEPARATOR: Final = re.compile(r"[/\\]")


class Fingerprint(Struct, frozen=True, gc=False):
    """Which failures are one group: ``id`` is 12 hexadecimal digits, made of the other three.

    ``type`` is the class without its module, ``place`` is ``folder/file.py function``, ``None`` without a traceback.
    """

    id: str
    type: str
    message: str
    place: str | None


@lru_cache(maxsize=_REMEMBERED)
def fingerprint(exception: str | None, traceback: str | None) -> Fingerprint:
    """Return the fingerprint of a failure by its exception (a repr, or ``Class: text``) and its traceback."""
    type_, message = thrown((exception or "").strip()[:READ])
    type_, message, place = type_[:SHOWN], normalised(message), place_of(traceback)
    digest = blake2b("\0".join((type_, message, place or "")).encode("utf-8", "replace"), digest_size=6)
    return Fingerprint(digest.hexdigest(), type_, message, place)


def thrown(text: str) -> tuple[str, str]:
    """Return the class and the message of ``ValueError('boom')``, ``module.Error: boom`` or a plain text."""
    if _BARE.fullmatch(text):
        return _last(text), ""
    called = _CALLED.match(text)
    if called:
        inside = called[2].removesuffix(")").removesuffix(",")
        first = _FIRST_TEXT.match(inside)
        if first is None:
            return _last(called[1]), inside
        return _last(called[1]), _ESCAPED.sub(_unescaped, first[1] if first[1] is not None else first[2])
    spelled = _SPELLED.match(text)
    return (_last(spelled[1]), spelled[2]) if spelled else ("", text)


def normalised(message: str) -> str:
    """Return a message with signs in place of numbers, ids, addresses and quoted texts, cut to ``SHOWN`` characters."""
    text = _QUOTED.sub(_quoted, message[:READ])
    text = _NUMBERS.sub(NUMBER, _TOKEN.sub(_token, text))
    return " ".join(text.split())[:SHOWN].rstrip()


def place_of(traceback: str | None) -> str | None:
    """Return the innermost frame of own code, else the innermost one; ``None`` where there is no frame."""
    if not traceback:
        return None
    whole = _frames(traceback)
    last = _frames(traceback[traceback.rfind("Traceback (most recent call last)") :]) or whole
    if not last:
        return None
    own = [frame for frame in last if not _LIBRARY.search(frame[0])] or _installed(last)
    file, function = (own or last)[-1]
    return f"{'/'.join(_SEPARATOR.split(file)[-2:])} {function}".strip()[:SHOWN]


def _frames(traceback: str) -> list[tuple[str, str]]:
    lines = (line for line in traceback.splitlines() if len(line) <= _LONGEST_LINE)
    found = (_FRAME.fullmatch(line) for line in lines)
    return [(frame[1], frame[2] or "") for frame in found if frame]


def _installed(frames: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """An application that was installed as a package: it is the one that Celery calls first."""
    packages = [_package(file) for file, _ in frames]
    first = next((package for package in packages if package not in _WORKER_CODE), None)
    return [frame for frame, package in zip(frames, packages, strict=True) if package == first]


def _package(file: str) -> str:
    inside = _INSTALLED.split(file)[-1].lstrip("/\\")
    return _SEPARATOR.split(inside)[0].removesuffix(".py")


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found[1], found[1])


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _quoted(found: re.Match[str]) -> str:
    mark = found[0][0]
    return mark + ANY_TEXT + mark if len(found[0]) > len("''") else found[0]


def _token(found: re.Match[str]) -> str:
    token = found[0]
    scheme, is_url, rest = token.partition("://")
    if is_url:
        host, slash, path = rest.rpartition("@")[2].partition("/")
        return f"{scheme}://{_PIECE.sub(_piece, host)}{slash}{ANY_TEXT if path else ''}"
    if "@" in token[1:-1]:
        return MAIL
    if _UUID.fullmatch(token):
        return ID
    return _PIECE.sub(_piece, token)


def _piece(found: re.Match[str]) -> str:
    piece = found[0]
    if not any(map(str.isdigit, piece)):
        return piece
    if _HEX_NUMBER.fullmatch(piece):
        return HEX
    if len(piece) >= _HEX_FROM and not piece.isdecimal() and _HEX_DIGITS.issuperset(piece):
        return HEX
    if len(piece) >= _ID_FROM and len(_CHANGE.findall(piece)) >= _CHANGES_OF_AN_ID:
        return ID
    return _DIGITS.sub(NUMBER, piece)
