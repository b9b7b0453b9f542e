"""Files and functions stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, PLUGIN_FOLDERS, plugins, python_files, relative, syntax

FILES = [*python_files(*APPS, "tests", "docs")]
MOST_LINES, MOST_FUNCTION_LINES, MOST_PLUGIN_LINES = 300, 40, 100


def statements(block: ast.AST) -> Iterator[ast.AST]:
    """All below it, at any depth. No expression holds a function of lines, and nearly all nodes are expressions."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for one in getattr(block, name, ()):
            yield one
            yield from statements(one)


def too_long_functions(path: Path) -> list[str]:
    """`name (lines)` of each function over the limit, decorators not counted."""
    if len(path.read_bytes().splitlines()) <= MOST_FUNCTION_LINES:
        return []  # nor can any function in it be longer
    return [
        f"{node.name} ({node.end_lineno - node.lineno + 1})"
        for node in statements(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    ]


def test_files_and_their_functions_are_short() -> None:
    """In one test: of 1,600 that each look at a file, most of the time is the harness's."""
    lines = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}
    assert not {relative(path): found for path in FILES if (found := too_long_functions(path))}


@pytest.mark.parametrize("folder", sorted(PLUGIN_FOLDERS))
def test_a_plugin_fits_on_two_screens(folder: str) -> None:
    long = {relative(path): len(path.read_text().splitlines()) for path in plugins(folder)}
    assert not {name: lines for name, lines in long.items() if lines > MOST_PLUGIN_LINES}


HOMES = (
    "{}",
    "class A:\n {}",
    "if a:\n pass\nelse:\n {}",
    "for a in b:\n {}",
    "try:\n pass\nexcept E:\n {}",
    "try:\n pass\nfinally:\n {}",
    "with a:\n {}",
    "match a:\n case 1:\n  {}",
    "def g():\n {}",
)


@pytest.mark.parametrize("home", HOMES)
def test_the_function_rule_can_fail(tmp_path: Path, home: str) -> None:
    long = tmp_path / "long.py"
    long.write_text(home.format("async def f():\n" + "    x = 1\n" * 41))
    assert too_long_functions(long)[-1] == "f (42)"
