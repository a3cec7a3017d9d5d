"""A strict reader of Prometheus' text format (version 0.0.4), as a scraper reads it and less forgiving.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import re
from dataclasses import dataclass, field

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(,|$)')
_UNESCAPED = {r"\\": "\\", r"\n": "\n", r"\"": '"'}
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}


@dataclass
class Family:
    """A metric with all of its samples, by their labels."""

    name: str
    help: str
    type: str = "untyped"
    samples: dict[frozenset[tuple[str, str]], float] = field(default_factory=dict)


def parse(text: str) -> dict[str, Family]:
    """Return the families of a page by name. Raises ValueError for whatever the format does not allow.

    HELP and TYPE must stand before the samples of their family, all of which stand together; a counter's name ends
    in ``_total`` and it is not below 0; no sample comes twice.
    """
    if not text.endswith("\n"):
        raise ValueError("the last line is not ended")
    families: dict[str, Family] = {}
    current: Family | None = None
    for line in text[:-1].split("\n"):
        if line.startswith("# "):
            current = _described(line, families, current)
        elif current is None:
            raise ValueError(f"a sample without a family: {line!r}")
        else:
            _add_sample(line, current)
    if any(not family.samples for family in families.values()):
        raise ValueError("a family has no sample")
    return families


def _described(line: str, families: dict[str, Family], current: Family | None) -> Family:
    _, word, name, rest = line.split(" ", 3)
    if word == "HELP":
        if name in families or not NAME.fullmatch(name) or not rest:
            raise ValueError(f"a second or wrong family: {line!r}")
        families[name] = Family(name, rest)
        return families[name]
    if word != "TYPE" or current is None or current.name != name or current.samples or rest not in _TYPES:
        raise ValueError(f"not a type where it stands: {line!r}")
    if (rest == "counter") != name.endswith("_total"):
        raise ValueError(f"counters end in _total, and nothing else does: {line!r}")
    current.type = rest
    return current


def _add_sample(line: str, family: Family) -> None:
    match = _SAMPLE.fullmatch(line)
    if match is None or match["name"] != family.name:
        raise ValueError(f"not a sample of {family.name}: {line!r}")
    labels = _labels(match["labels"] or "")
    value = float(match["value"])
    if labels in family.samples or (family.type == "counter" and value < 0):
        raise ValueError(f"twice, or a counter below 0: {line!r}")
    family.samples[labels] = value


def _labels(text: str) -> frozenset[tuple[str, str]]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _LABEL.match(text, at)
        if match is None or match[1] in found:
            raise ValueError(f"not labels: {text!r}")
        found[match[1]] = re.sub(r"\\.", lambda escape: _UNESCAPED[escape[0]], match[2])
        at = match.end()
    return frozenset(found.items())
