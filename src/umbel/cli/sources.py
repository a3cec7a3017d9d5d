"""Where settings are given: the command line, a configuration file, the environment, ``.env``, in this order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from msgspec import Struct

from umbel.setting import Setting, SettingsError
from umbel.settings import PUBLIC

UMBEL, FLOWER = "UMBEL_", "FLOWER_"
BASIC_AUTH: Final = FLOWER + "BASIC_AUTH"
PAIRS: Final = (("ADMIN_USERNAME", "ADMIN_PASSWORD"), ("USER", "PASSWORD"))
"""Names of a user and a password in the environment, after the prefix."""
FILE: Final = "_FILE"
"""After the name of a secret: the file that holds it."""
KUBERNETES: Final = re.compile(r"_(SERVICE_(HOST|PORT)\w*|PORT(_\d+_\w+)?)$")
"""What Kubernetes sets for a service; a service called umbel or flower gets names that look like ours."""


class Given(Struct, frozen=True, kw_only=True):
    """A setting that was given, as text. ``origin`` is what an error calls it."""

    text: str
    origin: str


class Environment:
    """Names and their texts, of the process or of a ``.env`` file. Empty ones count as not set.

    The names after ``UMBEL_`` and ``FLOWER_`` may be in lower case.
    """

    def __init__(self, names: Mapping[str, str], where: str = "") -> None:
        self._where = where
        self._names = {_upper(name): text for name, text in names.items() if text.strip()}

    def find(self, names: Sequence[str], *, secret: bool = False) -> Given | None:
        """Return the first of ``names`` that is set; of a secret also ``NAME_FILE``. Raises SettingsError."""
        for name in names:
            if name in self._names:
                return Given(text=self._names[name], origin=f"{self._where}{name}")
            if secret and name + FILE in self._names:
                return self._from_file(name + FILE)
        return None

    def pairs(self, prefixes: Sequence[str]) -> Iterator[str]:
        """``user:password`` for each user that is named apart from the password. Raises SettingsError."""
        for prefix in prefixes:
            for user_name, password_name in PAIRS:
                user = self.find([prefix + user_name])
                password = self.find([prefix + password_name], secret=True)
                if user and password:
                    yield _joined(user, password)
                elif user or password:
                    missing = prefix + (password_name if user else user_name)
                    raise SettingsError(f"{missing} is not set, and its partner is: set both, or none")

    def unknown(self, prefix: str, known: Sequence[str]) -> Iterator[str]:
        """One line for each name that is nearly, but not quite, one of ours."""
        for name in sorted(self._names):
            if name.startswith(prefix) and name not in known and not KUBERNETES.search(name):
                close = get_close_matches(name, known, 1, cutoff=0.85)
                if close:
                    yield f"{self._where}{name} is not a setting and is ignored; did you mean {close[0]}?"

    def options_of_flower(self) -> list[str]:
        """The names that are options of Flower and no credentials."""
        flower = {name for setting in PUBLIC for name in environment_names(setting, as_flower=True)}
        return sorted(name for name in self._names if name in flower and name.startswith(FLOWER) and name != BASIC_AUTH)

    def _from_file(self, name: str) -> Given:
        path = Path(self._names[name])
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self._where}{name}={path} cannot be read: {_reason(error)}") from None
        return Given(text=text, origin=f"{self._where}{name}")


def read_dotenv(folder: Path) -> Environment:
    """Return the UMBEL_ and FLOWER_ names of ``.env`` in ``folder``; none without that file. Raises SettingsError."""
    path = folder / ".env"
    if not path.is_file():
        return Environment({})
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {_reason(error)}") from None
    pairs = dict(pair for line in lines if (pair := _assignment(line)))
    return Environment({name: text for name, text in pairs.items() if _is_ours(name)}, ".env: ")


def environment_names(setting: Setting, *, as_flower: bool) -> list[str]:
    """The environment names of a setting, the strongest first."""
    names = [UMBEL + setting.name.upper()]
    if setting.about.flower and (as_flower or setting.name == "basic_auth"):
        flower = setting.about.flower
        names.append(FLOWER + (flower if isinstance(flower, str) else setting.name).upper())
    return [*names, *setting.about.env]


def known_names() -> list[str]:
    """Every ``UMBEL_`` name that is read."""
    names = [UMBEL + setting.name.upper() for setting in PUBLIC]
    secrets = [UMBEL + setting.name.upper() + FILE for setting in PUBLIC if setting.about.secret]
    pairs = [UMBEL + name for pair in PAIRS for name in (*pair, pair[1] + FILE)]
    return [*names, *secrets, *pairs]


def _joined(user: Given, password: Given) -> str:
    if ":" in user.text:
        raise SettingsError(f"{user.origin}={user.text} is not usable: a user name has no colon")
    return f"{user.text.strip()}:{password.text}"


def _assignment(line: str) -> tuple[str, str] | None:
    match = re.fullmatch(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*", line)
    return (match[1], _unquoted(match[2])) if match else None


def _unquoted(text: str) -> str:
    quoted = re.fullmatch(r"""(["'])(.*)\1(?:\s+#.*)?""", text)
    return quoted[2] if quoted else re.sub(r"(^|\s+)#.*$", "", text)


def _is_ours(name: str) -> bool:
    return name.upper().startswith((UMBEL, FLOWER))


def _upper(name: str) -> str:
    return name.upper() if _is_ours(name) else name


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8"
