"""How something is added: at most five steps, files that exist, and a way to the page from the map."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECIPES = sorted((ROOT / "docs" / "adding").glob("*.md"))
TOPS = "config|optimization|intelligence|metaads|notifications|tests|templates|static|docs"
NAMED = re.compile(rf"`((?:{TOPS})/[\w./]+)`")


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_a_recipe_has_at_most_five_steps(page: Path) -> None:
    steps = re.findall(r"^(\d+)\.", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(step) for step in steps] == list(range(1, len(steps) + 1))
    assert 3 <= len(steps) <= 5


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_files_that_a_recipe_names_are_there(page: Path) -> None:
    assert not [named for named in NAMED.findall(page.read_text(encoding="utf-8")) if not (ROOT / named).exists()]


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_the_map_leads_to_it(page: Path) -> None:
    assert f"(adding/{page.name})" in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
