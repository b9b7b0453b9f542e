"""Files and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, PLUGIN_FOLDERS, plugins, python_files, relative, syntax

FILES = [*python_files(*APPS, "tests", "docs")]
MOST_LINES, MOST_FUNCTION_LINES, MOST_PLUGIN_LINES = 300, 40, 100


def too_long_functions(path: Path) -> list[str]:
    """`name (lines)` of each function over the limit, decorators not counted."""
    return [
        f"{node.name} ({node.end_lineno - node.lineno + 1})"
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    ]


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_and_its_functions_are_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{lines} lines"
    assert not too_long_functions(path)


@pytest.mark.parametrize("folder", sorted(PLUGIN_FOLDERS))
def test_a_plugin_fits_on_two_screens(folder: str) -> None:
    long = {relative(path): len(path.read_text().splitlines()) for path in plugins(folder)}
    assert not {name: lines for name, lines in long.items() if lines > MOST_PLUGIN_LINES}


def test_the_function_rule_can_fail(tmp_path: Path) -> None:
    long = tmp_path / "long.py"
    long.write_text("def f():\n" + "    x = 1\n" * 41)
    assert too_long_functions(long) == ["f (42)"]
