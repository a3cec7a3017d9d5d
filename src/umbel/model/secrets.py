"""URLs and messages without their passwords. The one place that masks."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

MASK: Final = "***"
_SECRET_WORD: Final = "(?:password|passwd|secret|token)"  # noqa: S105  # the names of secrets
_IN_QUERY: Final = re.compile(rf"([?&][^=&]*{_SECRET_WORD}[^=&]*=)[^&]+", re.IGNORECASE)
_NAMES_A_SECRET: Final = re.compile(_SECRET_WORD, re.IGNORECASE)
# Texts come from anywhere: these take time linear in them, so nothing is unbounded that is not possessive.
_WORD_IN_TEXT: Final = re.compile(r"[^\s@'\"]++@?")
_BEFORE_PASSWORD: Final = re.compile(r"://[^:/]*+:")
_NAMED_IN_TEXT: Final = re.compile(
    rf"""({_SECRET_WORD}[\w-]{{0,100}}+\\*+['"]?\s*+[:=]\s*+\\*+['"]?)(?:(?<=['"])[^'"\\]+|[^\s,;&'"\\}})\]]+)""",
    re.IGNORECASE,
)
_BETWEEN_URLS: Final = re.compile(r";(?=[^:/@]+://)")


def mask_url(url: str) -> str:
    """Return ``url`` without passwords; of a list of URLs (kombu's, with ``;``) every one is masked.

    A password with an unquoted ``/`` or ``@`` is masked too; rather too much is masked than too little.
    """
    return ";".join(map(_mask_one, _BETWEEN_URLS.split(url)))


def mask_text(text: str) -> str:
    """Return ``text``, whatever it is, without what looks like a password: in URLs, and where a name says so.

    What follows ``password``, ``passwd``, ``secret`` or ``token`` and a colon or an equals sign is masked, as JSON
    and as Python write it; rather too much than too little.
    """
    if "://" in text and "@" in text:
        text = _WORD_IN_TEXT.sub(_mask_word, text)
    return _NAMED_IN_TEXT.sub(rf"\1{MASK}", text)


def _mask_word(found: re.Match[str]) -> str:
    """Return a word of a text without the password of a URL: what is between its user and an ``@``."""
    word = found[0]
    user = _BEFORE_PASSWORD.search(word) if word.endswith("@") else None
    return word if user is None or user.end() >= len(word) - 1 else f"{word[: user.end()]}{MASK}@"


def _mask_one(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    userinfo, at, tail = rest.rpartition("@")
    if mark and at and ":" in userinfo:
        url = f"{scheme}://{userinfo.partition(':')[0]}:{MASK}@{tail}"
    return _IN_QUERY.sub(rf"\1{MASK}", url)


class Masker:
    """Takes the passwords of these URLs out of any text, such as the message of a driver."""

    def __init__(self, *urls: str) -> None:
        parts = [part for url in urls for part in _BETWEEN_URLS.split(url)]
        self._secrets = sorted({secret for part in parts for secret in _secrets_in(part)}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return ``text`` with a mask for each password."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def _secrets_in(url: str) -> set[str]:
    userinfo = url.partition("://")[2].rpartition("@")[0]
    password = userinfo.partition(":")[2]
    try:
        query = parse_qsl(urlsplit(url).query)
    except ValueError:
        query = []
    named = {value for name, value in query if _NAMES_A_SECRET.search(name)}
    return {password, unquote(password), *named} - {""}
