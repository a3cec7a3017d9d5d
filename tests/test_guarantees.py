"""What ``docs/guarantees.md`` promises names the test that proves it, and each of these tests exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
PROMISES = re.findall(r"^- (.*?)(?=^- |^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
WITHOUT_A_TEST = "no test can"


def functions_of(path: Path) -> set[str]:
    """The names of the functions in a file, tests among them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)), ids=lambda part: part)
def test_the_test_exists(file: str, test: str) -> None:
    """Who renames or deletes a test has to look at what it proved."""
    assert (ROOT / file).is_file(), file
    assert test in functions_of(ROOT / file), f"{file} has no {test}"


def test_every_promise_names_one() -> None:
    """Or says that none can be made."""
    unproven = [said for said in PROMISES if "::test_" not in said and WITHOUT_A_TEST not in said]
    assert unproven == []
    assert len(PROMISES) > 30
