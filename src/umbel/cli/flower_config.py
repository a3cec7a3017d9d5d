"""Reads ``flowerconfig.py`` as Flower does: a Python file whose names are options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from umbel.cli.flower_names import ALIASES, IDLE, REFUSED
from umbel.cli.sources import Given
from umbel.setting import SettingsError
from umbel.settings import PUBLIC

DEFAULT_NAME: Final = "flowerconfig.py"


class FlowerConfig(Struct, frozen=True, kw_only=True):
    """What a file gave: settings, and the names that do nothing here."""

    settings: Mapping[str, tuple[Given, ...]]
    idle: tuple[str, ...] = ()


def read_flower_config(path: str | None, folder: Path) -> FlowerConfig:
    """Execute the file and return what it sets. Raises SettingsError; only the default file may be missing."""
    file = folder / (path or DEFAULT_NAME)
    if not file.is_file():
        if path:
            raise SettingsError(f"conf={path} is not a file")
        return FlowerConfig(settings={})
    return _sorted_out(_execute(file), file.name)


def _execute(file: Path) -> dict[str, Any]:
    names: dict[str, Any] = {"__file__": str(file), "__name__": "flowerconfig"}
    try:
        exec(compile(file.read_bytes(), str(file), "exec"), names)  # noqa: S102 - the user's own file, as in Flower
    except Exception as error:  # noqa: BLE001 - whatever the user's code raises is told in one line
        raise SettingsError(f"{file} failed: {type(error).__name__}: {error}") from None
    return {name: value for name, value in names.items() if value is not None and not name.startswith("__")}


def _sorted_out(names: Mapping[str, Any], where: str) -> FlowerConfig:
    refused = next((name for name in names if name in REFUSED and names[name]), None)
    if refused:
        raise SettingsError(f"{where}: {refused} cannot be passed over: {REFUSED[refused]}")
    offered = {setting.name for setting in PUBLIC if setting.about.flower}
    known = {ALIASES.get(name, name): name for name in names if ALIASES.get(name, name) in offered}
    settings = {setting: _given(names[name], f"{where}: {name}") for setting, name in known.items()}
    if names.get("debug"):
        settings["log_level"] = (Given(text="debug", origin=f"{where}: debug"),)
    return FlowerConfig(settings=settings, idle=tuple(sorted(name for name in names if name in IDLE)))


def _given(value: object, origin: str) -> tuple[Given, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    for one in values:
        if not isinstance(one, str | int):
            raise SettingsError(f"{origin} is a {type(one).__name__}; allowed are texts, numbers, True and False")
    return tuple(Given(text=str(one), origin=origin) for one in values)
