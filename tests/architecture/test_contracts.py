"""The import contracts of pyproject.toml hold, and each of them is proven able to fail."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# contract id -> (file to plant in, the wrong import). One line each: the smallest lie that must be caught.
PLANTED = {
    "layers": ("metaads/switch.py", "import intelligence.apps"),
    "observation-never-writes": ("intelligence/collect/insights.py", "import metaads.writer.updates"),
    "only-executor-writes": ("metaads/sync/structure.py", "import metaads.writer.updates"),
    "only-dispatch-executes": ("optimization/cycle.py", "import metaads.executor.journal"),
    "one-graph-client": ("metaads/reader/insights.py", "import facebook_business"),
    "optimization-asks-below": ("optimization/cycle.py", "import metaads.reader.insights"),
    "sandbox-apart": ("metaads/sync/structure.py", "import metaads.sandbox.server"),
    "sandbox-knows-nothing": ("metaads/sandbox/server.py", "import metaads.models"),
    "queue-behind-doors": ("intelligence/observe.py", "import django_q"),
    "acyclic": ("metaads/models/account.py", "import metaads.sync.structure"),
}

# This contract reports the packages that close the circle, not the modules.
SHORTENED = {"acyclic": "No cycles are allowed in metaads"}


def copy_tree(target: Path) -> None:
    for app in APPS:
        shutil.copytree(ROOT / app, target / app, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", target)


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [part for name in contracts for part in ("--contract", name)]
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo", *chosen]
    wide = {**os.environ, "COLUMNS": "300"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=wide)


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(PLANTED)


def test_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    copy_tree(tmp_path)
    result = lint(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_import_breaks_its_contract(contract: str, tmp_path: Path) -> None:
    copy_tree(tmp_path)
    place, line = PLANTED[contract]
    path = tmp_path / place
    path.write_text(f"{path.read_text()}\n{line}\n")
    result = lint(tmp_path, contract)
    assert result.returncode == 1, result.stdout + result.stderr
    named = SHORTENED.get(contract, line.removeprefix("import "))
    assert named in result.stdout, result.stdout


def test_the_sandbox_contract_names_every_other_part_of_metaads() -> None:
    """A new module in metaads must not become a hole in the sandbox's wall."""
    contract = next(c for c in CONTRACTS if c["id"] == "sandbox-knows-nothing")
    parts = {f"metaads.{path.stem}" for path in (ROOT / "metaads").iterdir() if path.suffix == ".py" or path.is_dir()}
    left_out = {"metaads.__init__", "metaads.__pycache__", "metaads.sandbox"}
    assert parts - left_out <= set(contract["forbidden_modules"])
