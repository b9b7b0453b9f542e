"""What the architecture tests look at: the source tree, read as text and syntax, never imported."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Plug-in folders -> the files in them that are the frame and not a plug-in.
PLUGIN_FOLDERS = {
    "optimization/kinds": {"base", "bid", "budget", "status", "plan_words", "pool", "making"}
    | {"campaign_template", "copy_home", "creative_content"},
    "optimization/guards": {"base", "run"},
    "optimization/operators": {"base"},
    "optimization/rules/templates": {"base"},
    "optimization/orchestrator/templates": {"base"},
    "intelligence/collect/quality_checks": {"base"},
}
APPS = ("config", "optimization", "intelligence", "metaads", "notifications")


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file below the folders (names relative to the root), migrations left out."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path


def plugins(folder: str) -> list[Path]:
    """The plug-ins of a folder, without its frame."""
    frame = PLUGIN_FOLDERS[folder] | {"__init__"}
    return [path for path in sorted((ROOT / folder).glob("*.py")) if path.stem not in frame]


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_modules(path: Path) -> set[str]:
    """Absolute dotted names that a file imports, `from a import b` as both `a` and `a.b`."""
    names: set[str] = set()
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names
