"""URLs and messages without their passwords."""

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from kombu.utils.url import maybe_sanitize_url

MASK: Final = "**"
_SECRET_PARAMETER: Final = re.compile("(?i)password|secret|token|key")


def masked(url: str) -> str:
    """Return a broker URL (or several, separated by ``;``) without passwords and without its query."""
    return ";".join(_masked(part) for part in url.split(";"))


def _masked(url: str) -> str:
    try:
        return str(maybe_sanitize_url(url, MASK)).partition("?")[0]
    except ValueError:  # no URL at all, so nobody knows which part of it is secret
        return MASK


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
            parts = urlsplit(url)
            password = parts.password or ""
            found |= {value for name, value in parse_qsl(parts.query) if _SECRET_PARAMETER.search(name)}
        except ValueError:
            continue
        found |= {password, unquote(password)}
    return found - {""}
