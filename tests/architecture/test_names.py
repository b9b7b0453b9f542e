"""Names say what a file is for; texts never enqueue upward; the writing client stays with the writer."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, python_files, relative, syntax

FORBIDDEN_STEMS = {"utils", "util", "helpers", "helper", "common", "misc", "signals", "shared", "stuff"}
LOWER_APPS = {
    "metaads": ("config", "optimization", "intelligence", "notifications"),
    "notifications": ("config", "optimization", "intelligence", "metaads"),
    "intelligence": ("config", "optimization"),
}
WRITING_HALF = {"WritingClient", "writing_client_for"}
UNFINISHED = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b|\bNotImplementedError\b")


def strings(path: Path) -> list[str]:
    """String constants of a file without its docstrings."""
    texts: list[str] = []
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
    return texts


def test_no_file_is_a_drawer_for_everything() -> None:
    assert not [
        relative(p) for p in python_files(*APPS) if p.stem in FORBIDDEN_STEMS or p.parent.name in FORBIDDEN_STEMS
    ]


@pytest.mark.parametrize("app", sorted(LOWER_APPS))
def test_a_lower_app_names_no_task_of_a_higher_one(app: str) -> None:
    dotted = re.compile(rf"^({'|'.join(LOWER_APPS[app])})(\.\w+)+$")
    named = {relative(p): [t for t in strings(p) if dotted.match(t)] for p in python_files(app)}
    assert not {place: texts for place, texts in named.items() if texts}


def test_the_writing_client_is_named_by_the_writing_half_alone() -> None:
    """Contracts see modules; this sees the two names that can POST a change."""
    users = {
        relative(path)
        for path in python_files(*APPS)
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.ImportFrom) and WRITING_HALF & {alias.name for alias in node.names}
    }
    assert all(user.startswith(("metaads/graph/", "metaads/writer/", "metaads/executor/")) for user in users), users


def test_nothing_is_left_unfinished() -> None:
    assert not [relative(p) for p in python_files(*APPS) if UNFINISHED.search(p.read_text(encoding="utf-8"))]


def test_every_package_says_what_it_owns() -> None:
    """A package with modules in it opens with a sentence."""
    silent = []
    for path in python_files(*APPS):
        modules = [p for p in path.parent.glob("*.py") if p.stem != "__init__"]
        plumbing = {"management", "commands"} & set(path.parts)
        if path.stem == "__init__" and modules and not plumbing and not ast.get_docstring(syntax(path)):
            silent.append(relative(path))
    assert not silent
