"""What import-linter cannot say: the model stands on the standard library and msgspec alone."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MODEL = Path(__file__).parent.parent / "src" / "umbel" / "model"
PURE = "urllib.parse"
"""The one part of its package that opens nothing."""
ALLOWED = {*sys.stdlib_module_names, "msgspec", "umbel", PURE} - {
    "asyncio", "socket", "subprocess", "threading", "urllib"
}  # fmt: skip


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module if node.module == PURE else node.module.partition(".")[0]


@pytest.mark.parametrize("path", sorted(MODEL.rglob("*.py")), ids=lambda path: path.name)
def test_the_model_is_pure(path: Path) -> None:
    """No module of the model imports a driver, a framework, a thread or a socket."""
    assert set(imported(path.read_text())) <= ALLOWED
