"""No secret reaches a log line, whichever logger wrote it and however deep it lay."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config.logs import configure, logging_config, redact

CANARY = "EAAcanary0123456789abcdefCANARY"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The product's own logging set-up, written into a text; what was set before comes back afterwards."""
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    config = logging_config("INFO", people=False)
    stream = io.StringIO()
    config["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(config)
    configure()
    yield stream
    root.handlers[:] = before


def written(stream: io.StringIO) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return answer


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://graph.example/v26.0/me?access_token={CANARY}&fields=id",
        f"'access_token': '{CANARY}'",
        f'{{"access_token": "{CANARY}", "ok": true}}',
        f"appsecret_proof={CANARY};",
        f"Authorization: Bearer {CANARY}",
        f"client_secret={CANARY}",
        f"a bare token {CANARY} in a sentence",
        f"Malformed access token {CANARY.removeprefix('EAA')}",
    ],
)
def test_a_secret_is_taken_out_of_a_text(text: str) -> None:
    assert CANARY.removeprefix("EAA") not in redact(text)
    assert "[redacted]" in redact(text)


def test_a_text_without_secrets_stays_as_it_is() -> None:
    text = "Budget of act_1 raised from 120.00 to 144.00 EUR; token type Bearer; see /accounts/login/?next=/"
    assert redact(text) == text


def test_every_line_is_one_json_object_even_with_line_breaks(lines: io.StringIO) -> None:
    logging.getLogger("metaads").info("first\nsecond")
    assert lines.getvalue().count("\n") == 1
    assert written(lines)["event"] == "first\nsecond"


@pytest.mark.parametrize("name", ["django-q", "django.request", "metaads.graph", "urllib3"])
def test_no_logger_of_any_library_lets_a_token_through(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).error("failed: %s", f"https://graph.example/?access_token={CANARY}")
    assert lines.getvalue()
    assert CANARY not in lines.getvalue()


def test_a_traceback_is_redacted_too(lines: io.StringIO) -> None:
    try:
        raise ConnectionError(f"HTTPSConnectionPool: /me?access_token={CANARY}")
    except ConnectionError:
        logging.getLogger("django-q").exception("task failed")
    assert "ConnectionError" in lines.getvalue()
    assert CANARY not in lines.getvalue()


def test_deep_values_of_a_structured_event_are_redacted(lines: io.StringIO) -> None:
    structlog.get_logger("deep").warning("odd", answer={"headers": [f"access_token={CANARY}"], "status": 400})
    event = written(lines)
    assert event["answer"] == {"headers": ["access_token=[redacted]"], "status": 400}
    assert event["level"] == "warning"
