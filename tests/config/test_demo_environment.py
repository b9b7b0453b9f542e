"""The demo's environment: its own folder and secrets, nothing of the developer's installation in it."""

import socket
import stat
from pathlib import Path

import pytest

from config.demo.environment import HOST, free_port, prepare, recall, wanted


def laid(home: Path, **before: str) -> dict[str, str]:
    environ = {"DEMO_DIR": str(home), "PATH": "/usr/bin", **before}
    prepare(environ)
    return environ


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["manage.py", "demo"], True),
        (["manage.py", "supervise", "--demo"], True),
        (["manage.py", "supervise"], False),
        (["manage.py", "shell", "demo"], False),
        (["manage.py"], False),
    ],
)
def test_only_the_demo_commands_lay_it(arguments: list[str], expected: bool) -> None:
    assert wanted(arguments) is expected


def test_a_real_database_host_or_token_never_reaches_the_demo(tmp_path: Path) -> None:
    environ = laid(
        tmp_path,
        DATABASE_URL="postgres://real/production",
        REDIS_URL="redis://real",
        META_GRAPH_URL="https://graph.facebook.com",
        META_ACCESS_TOKEN="real",
        MAX_AUTO_ACTIONS_PER_HOUR="999",
    )
    assert environ["DATABASE_URL"] == environ["REDIS_URL"] == ""
    assert environ["META_GRAPH_URL"].startswith(f"http://{HOST}:")
    assert "META_ACCESS_TOKEN" not in environ
    assert "MAX_AUTO_ACTIONS_PER_HOUR" not in environ
    assert environ["PATH"] == "/usr/bin"


def test_secrets_are_made_once_and_read_by_their_owner_alone(tmp_path: Path) -> None:
    first, second = laid(tmp_path), laid(tmp_path)
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) > 50
    for name in ("keys.json", "environment.json"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_two_demos_have_different_secrets(tmp_path: Path) -> None:
    assert laid(tmp_path / "a")["SECRET_KEY"] != laid(tmp_path / "b")["SECRET_KEY"]


def test_a_busy_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        busy = taken.getsockname()[1]
        assert free_port(busy) != busy


def test_a_second_terminal_gets_the_same_environment_when_asked(tmp_path: Path) -> None:
    first = laid(tmp_path)
    environ = {"DEMO_DIR": str(tmp_path), "DEMO": "1", "ENABLE_INTELLIGENCE": "false"}
    recall(environ)
    assert {name: environ[name] for name in ("SECRET_KEY", "VAR_DIR", "META_GRAPH_URL")} == {
        name: first[name] for name in ("SECRET_KEY", "VAR_DIR", "META_GRAPH_URL")
    }
    assert environ["ENABLE_INTELLIGENCE"] == "true"


def test_without_the_word_nothing_is_laid(tmp_path: Path) -> None:
    laid(tmp_path)
    environ = {"DEMO_DIR": str(tmp_path)}
    recall(environ)
    assert environ == {"DEMO_DIR": str(tmp_path)}


def test_asking_for_a_demo_that_never_ran_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="make demo"):
        recall({"DEMO_DIR": str(tmp_path), "DEMO": "1"})
