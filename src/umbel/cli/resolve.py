"""From everything that was given to one ``Settings``, with notes on what was passed over."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from umbel.cli.sources import FLOWER, UMBEL, Environment, Given, environment_names, known_names
from umbel.cli.values import parse
from umbel.setting import Setting
from umbel.settings import PUBLIC, Settings

Gifts = Mapping[str, Sequence[Given]]
"""By the name of a setting, what was given for it: several for a list, else the last one counts."""

EVERY_INTERFACE: Final = ""


class Resolved(Struct, frozen=True, kw_only=True):
    """The settings, and what to tell the person at the terminal."""

    settings: Settings
    notes: tuple[str, ...] = ()


class Resolver:
    """Finds the value of each setting: option, flowerconfig.py, environment, ``.env``, default, in this order."""

    def __init__(self, options: Gifts, file: Gifts, environments: Sequence[Environment], *, as_flower: bool) -> None:
        self._written = (options, file)
        self._environments = environments
        self._as_flower = as_flower
        self._notes: list[str] = []

    def resolve(self) -> Resolved:
        """Return the settings. Raises SettingsError at the first that cannot be used."""
        defaults: dict[str, Any] = {}
        if self._as_flower:
            defaults = {"started_as": "flower", "address": EVERY_INTERFACE}
        values = {setting.name: value for setting in PUBLIC for value in self._value(setting)}
        self._notes += self._unread()
        return Resolved(settings=Settings(**(defaults | values)), notes=tuple(self._notes))

    def _value(self, setting: Setting) -> Iterator[Any]:
        """Yield the value, or nothing where the default holds."""
        for source in self._written:
            if given := source.get(setting.name):
                yield _value_of(setting, given)
                return
        for environment in self._environments:
            if given := self._from(environment, setting):
                yield _value_of(setting, given)
                return
            if setting.name == "basic_auth" and (pairs := tuple(environment.pairs([UMBEL, FLOWER]))):
                yield pairs
                return

    def _from(self, environment: Environment, setting: Setting) -> Sequence[Given]:
        names = environment_names(setting, as_flower=self._as_flower)
        found = environment.find(names, secret=setting.about.secret)
        if found and setting.name == "port" and found.text.startswith("tcp://"):
            self._notes.append(
                f"{found.origin}={found.text} is ignored: Kubernetes sets it for a service of that name; "
                f"use --port, or call the service otherwise"
            )
            found = None
        return [found] if found else []

    def _unread(self) -> Iterator[str]:
        for environment in self._environments:
            yield from environment.unknown(UMBEL, known_names())
            passed_over = [] if self._as_flower else environment.options_of_flower()
            if passed_over:
                names = ", ".join(passed_over)
                yield f"ignored: {names}; `umbel` reads UMBEL_ names, and of Flower's only the credentials"


def _value_of(setting: Setting, given: Sequence[Given]) -> Any:  # noqa: ANN401 - as many types as settings
    values = [parse(setting, one.text, one.origin) for one in given]
    return sum(values, ()) if setting.about.kind in {"list", "links"} else values[-1]
