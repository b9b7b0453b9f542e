"""The locks install the same anywhere: hashed, no registry's address, no dead `django-q`."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

LOCKS = ["requirements-boot.lock", "requirements.lock", "requirements-dev.lock"]


def pinned(name: str) -> dict[str, str]:
    """Package -> version of a lock file, names in lower case."""
    return {
        m[1].lower(): m[2] for m in re.finditer(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)
    }


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?://|--index-url|--find-links|file:", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    assert not [block.splitlines()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]


@pytest.mark.parametrize("name", LOCKS)
def test_the_dead_django_q_is_nowhere(name: str) -> None:
    assert "django-q" not in pinned(name)


def test_the_dev_lock_has_the_runtime_versions() -> None:
    runtime, dev = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert runtime.items() <= dev.items()


def test_every_declared_package_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {re.match(r"[A-Za-z0-9._-]+", text)[0].lower() for text in project["project"]["dependencies"]}  # type: ignore[index]
    assert names <= set(pinned("requirements.lock"))


def test_no_tracked_text_names_a_path_of_this_machine() -> None:
    mine = str(Path.home())
    suspects = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        ROOT / "Makefile",
        ROOT / ".ci/run",
        ROOT / "pyproject.toml",
    ]
    patterns = ["/work" + "/main", "/work" + "/shared", f"{mine}/"]
    assert not [str(p) for p in suspects if p.is_file() and any(text in p.read_text() for text in patterns)]
