"""A plug-in is one file, listed in its folder's `__init__`, with a mirrored test: walk the folders and see."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import PLUGIN_FOLDERS, ROOT, imported_modules, plugins, syntax

PLUGINS = [
    pytest.param(folder, path, id=f"{folder}/{path.stem}") for folder in PLUGIN_FOLDERS for path in plugins(folder)
]


def assigned(node: ast.stmt) -> list[ast.Name]:
    """Plain names that a statement assigns to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize("folder", sorted(PLUGIN_FOLDERS))
def test_a_folder_lists_its_plugins_in_one_collection(folder: str) -> None:
    """One assignment at module level whose name is in capitals and whose value names the plug-ins."""
    assert plugins(folder), "the folder is empty"
    names = [target.id for node in syntax(ROOT / folder / "__init__.py").body for target in assigned(node)]
    assert [name for name in names if name.isupper()]


@pytest.mark.parametrize(("folder", "path"), PLUGINS)
def test_a_plugin_is_listed_in_its_folder(folder: str, path: Path) -> None:
    module = f"{folder.replace('/', '.')}.{path.stem}"
    assert module in imported_modules(ROOT / folder / "__init__.py")


@pytest.mark.parametrize(("folder", "path"), PLUGINS)
def test_a_plugin_is_named_by_a_test_in_the_mirrored_folder(folder: str, path: Path) -> None:
    """Plug-ins of one family may share a test file, but each is named in it."""
    tests = list((ROOT / "tests" / folder).glob("test_*.py"))
    assert any(path.stem in test.stem or path.stem in test.read_text() for test in tests)


@pytest.mark.parametrize(("folder", "path"), PLUGINS)
def test_a_plugin_says_what_it_does(folder: str, path: Path) -> None:
    assert ast.get_docstring(syntax(path))
