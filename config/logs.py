"""Logging: one JSON object a line through structlog, with secrets taken out of every text before it is written.

The redaction is the last processor, so it also sees formatted tracebacks: a `requests` error carries the whole URL,
token included. It guards every logger, the task queue's too; the Graph client redacts its own errors besides.
"""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from metaads.graph import secrets
from metaads.graph.secrets import GONE

_NAMED = re.compile(
    r"""((?:access_token|appsecret_proof|client_secret|app_secret|fb_exchange_token|input_token|password|secret_key)"""
    r"""["']?\s*(?:=|:|%3D)\s*["']?)([^\s&"',;)}\]]+)""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"((?:Bearer|OAuth)\s+)[\w.|~+/-]{12,}=*", re.IGNORECASE)


def redact(text: str) -> str:
    """`text` without access tokens, proofs, secrets and passwords."""
    text = _NAMED.sub(rf"\1{GONE}", text)
    text = _BEARER.sub(rf"\1{GONE}", text)
    return secrets.redact(text)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value if isinstance(value, int | float | bool | None) else redact(str(value))


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: every text of the event, however deep, goes through `redact`."""
    return {key: _clean(value) for key, value in event.items() if not key.startswith("_")}


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure() -> None:
    """Sends structlog's own loggers through the standard library's handlers, so that there is one way out."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(level: str, people: bool) -> dict[str, Any]:
    """`LOGGING` of the settings. `people` = lines for a terminal in place of JSON; both are redacted."""
    render: Processor = (
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        if people
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.processors.format_exc_info, redact_event, render],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "django-q": {"handlers": [], "level": "WARNING", "propagate": True},
            "gunicorn.error": {"handlers": [], "level": level, "propagate": True},
        },
    }
