"""Ways from a task to other tools: addresses with places for what the task is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from msgspec import Struct

FIELDS: Final = ("id", "name", "root_id", "parent_id", "worker", "queue", "state", "args", "kwargs")
_PLACE: Final = re.compile(r"\{(\w*)\}")


class Link(Struct, frozen=True, kw_only=True):
    """An address under a label. In a template it has places such as ``{id}``."""

    label: str
    url: str


def template_of(text: str) -> Link:
    """Return the template of ``Label=https://logs.example/?q={id}``. Raises ValueError that says what is wrong."""
    label, equals, url = (part.strip() for part in text.partition("="))
    if not label or not equals:
        raise ValueError("allowed is LABEL=https://..., more after a |")
    parts = urlsplit(_PLACE.sub("", url))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"the address of {label} has to begin with http:// or https:// and a host")
    if "{" in urlsplit(url).netloc:
        raise ValueError(f"the host of {label} may hold no part of a task")
    unknown = sorted(set(_PLACE.findall(url)) - set(FIELDS))
    if unknown:
        raise ValueError(f"{label} asks for {{{unknown[0]}}}; there are {', '.join(FIELDS)}")
    return Link(label=label, url=url)


def links_of(templates: Sequence[Link], values: Mapping[str, str | None]) -> list[Link]:
    """Return the links of a task; one that needs what is not known of it is left out.

    What is put in is coded, so that it can be no more than a piece of text there.
    """
    return [
        Link(label=one.label, url=_PLACE.sub(lambda place: quote(values.get(place[1]) or "", safe=""), one.url))
        for one in templates
        if all(values.get(name) for name in _PLACE.findall(one.url))
    ]
