"""URLs and messages without their passwords."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from kombu.utils.url import maybe_sanitize_url

MASK: Final = "**"
_SECRET_PARAMETER: Final = re.compile(r"(?i)([?&][\w-]*(?:password|secret|token|key)=)[^&#;]+")


def masked(url: str) -> str:
    """Return a broker URL (or several, separated by ``;``) with ``**`` for each password in it."""
    return ";".join(_masked(part) for part in url.split(";"))


def _masked(url: str) -> str:
    try:
        safe = str(maybe_sanitize_url(url, MASK))
    except ValueError:  # no URL at all, so nobody knows which part of it is secret
        return MASK
    return _SECRET_PARAMETER.sub(rf"\g<1>{MASK}", safe)


class Masker:
    """Takes the passwords of these URLs out of any text."""

    def __init__(self, *urls: str) -> None:
        self._secrets = sorted({secret for url in urls for secret in _secrets(url)}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return ``text`` with ``**`` for each password."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def _secrets(urls: str) -> set[str]:
    found: set[str] = set()
    for url in urls.split(";"):
        try:
            password = urlsplit(url).password
        except ValueError:
            continue
        found |= {password, unquote(password)} if password else set()
    return found
