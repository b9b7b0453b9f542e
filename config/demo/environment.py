"""The demo's environment, set before Django reads its settings. Imports nothing of Django.

Everything lies in one folder (`var/demo`, or DEMO_DIR): database, sandbox, keys, log-ins. Nothing of the developer's
own `.env` reaches it, so that a demo can't touch a real database or a real ad account.
"""

import base64
import json
import os
import secrets
import socket
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST, WEB_PORT, SANDBOX_PORT = "127.0.0.1", 8000, 8077
SWITCHES = ("ENABLE_INTELLIGENCE", "ENABLE_INSIGHTS_COLLECTION", "ENABLE_RULES_ENGINE", "ENABLE_ACTION_EXECUTOR")


def wanted(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for the demo."""
    return arguments[1:2] == ["demo"] or (arguments[1:2] == ["supervise"] and "--demo" in arguments)


def folder(environ: MutableMapping[str, str]) -> Path:
    return Path(environ.get("DEMO_DIR") or ROOT / "var" / "demo").resolve()


def free_port(first: int, taken: int = 0) -> int:
    """`first`, or the next port that nobody listens on."""
    for port in range(first, first + 200):
        if port == taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise SystemExit(f"No free port from {first} to {first + 200} on {HOST}.")


def keys(home: Path) -> dict[str, str]:
    """The demo's own secrets, made once: another SECRET_KEY would lose queued tasks, another field key the token."""
    path = home / "keys.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    made = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_ENCRYPTION_KEYS": "demo:" + base64.b64encode(os.urandom(32)).decode(),
    }
    write_secret(path, json.dumps(made))
    return made


def write_secret(path: Path, text: str) -> None:
    """A file that only its owner reads, from its first moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def prepare(environ: MutableMapping[str, str]) -> None:
    """Lays the demo's settings over `environ` and keeps them for `recall`. DEBUG would keep every query: off."""
    home = folder(environ)
    (home / "static").mkdir(parents=True, exist_ok=True)
    web = free_port(int(environ.get("DEMO_PORT") or WEB_PORT))
    sandbox = free_port(int(environ.get("DEMO_SANDBOX_PORT") or SANDBOX_PORT), taken=web)
    laid = keys(home) | dict.fromkeys(SWITCHES, "true")
    laid |= {"DATABASE_URL": "", "REDIS_URL": "", "Q_BROKER": "database", "VAR_DIR": str(home)}
    laid |= {"DEBUG": "false", "HTTPS": "false", "COLLECTED_STATIC": "false", "ALLOWED_HOSTS": f"{HOST},localhost"}
    laid |= {"META_GRAPH_URL": f"http://{HOST}:{sandbox}", "META_CONNECT_TIMEOUT": "1", "META_READ_TIMEOUT": "8"}
    # The sandbox answers at once, so an outcome that is unknown settles quickly.
    laid |= {"EXECUTOR_LEASE_SECONDS": "20", "EXECUTOR_SETTLE_SECONDS": "0.5"}
    laid |= {"LOG_LEVEL": "WARNING", "LOG_FOR_PEOPLE": "true", "DEMO_WEB": f"{HOST}:{web}", "DEMO_HOME": str(home)}
    write_secret(home / "environment.json", json.dumps(laid))
    _lay(laid, environ)


def recall(environ: MutableMapping[str, str]) -> None:
    """With DEMO=1 any command looks into the demo: the environment of its last start is laid again."""
    kept = folder(environ) / "environment.json"
    if environ.get("DEMO") != "1":
        return
    if not kept.exists():
        raise SystemExit("DEMO=1 is set, but no demo was started yet. Start it: make demo")
    _lay(json.loads(kept.read_text()), environ)


def _lay(laid: Mapping[str, str], environ: MutableMapping[str, str]) -> None:
    """What the developer set for other installations goes, the demo's comes."""
    for name in list(environ):
        if name.startswith(("ENABLE_", "OPTIMIZER_", "META_", "EXECUTOR_", "MAX_", "MIN_", "Q_", "REQUIRE_")):
            del environ[name]
    environ.update(laid)
