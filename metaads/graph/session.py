"""One HTTP session per client on Meta's SDK, and one attempt at one call. Secrets stay inside.

Follows the measured recipe (reference/meta-marketing-api.md 11.1): the host is set on the session, the token travels in
the Authorization header, no global API object, no crash reporter, no ambient proxies, no redirects.
"""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import requests
from django.conf import settings
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookError
from facebook_business.session import FacebookSession
from requests.adapters import BaseAdapter

# URL prefix -> adapter, mounted into every new session: the seam by which tests put the sandbox in.
adapters: dict[str, BaseAdapter] = {}


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is decoded JSON, or text; `status` is None when nothing came back at all."""

    status: int | None
    body: object = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    problem: str = ""

    @property
    def usable(self) -> bool:
        return (
            self.status is not None and self.status < 400 and isinstance(self.body, (dict, list)) and not self.problem
        )


_SPEAKING = {"error", "success", "Service Unavailable"}
"""Keys by which the SDK tells that a call failed."""

# The answer under way, kept beside the SDK, which cannot build its own error from some of Meta's bodies.
_latest: ContextVar[Answer | None] = ContextVar("latest_answer", default=None)


def _remember(response: requests.Response, *_args: object, **_kwargs: object) -> requests.Response | None:
    """Keeps the answer. The SDK decodes a text once more only to look for an error: a page of rows without one, which
    may be a megabyte, is not shown to it."""
    try:
        body: object = json.loads(response.text)
    except ValueError:
        body = response.text
    _latest.set(Answer(response.status_code, body, response.headers))
    if response.status_code != HTTPStatus.OK or not isinstance(body, dict) or body.keys() & _SPEAKING:
        return None
    return _emptied(response) if isinstance(body.get("data"), list) else None


def _emptied(response: requests.Response) -> requests.Response:
    empty = copy(response)
    empty._content = b'{"data": []}'
    return empty


class _NoQuery(logging.Filter):
    """Cuts query strings out of urllib3's debug lines: appsecret_proof and debug_token's input_token stand there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_without_query(value) for value in record.args)
        return True


def _without_query(value: object) -> object:
    return value.split("?")[0] + "?..." if isinstance(value, str) and "?" in value else value


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_NoQuery())


def open_api(graph_url: str, version: str, token: str, app_id: str = "", app_secret: str = "") -> Any:
    """An SDK object of its own (never the process-wide default). The proof is added when the app secret is known."""
    session = FacebookSession(
        app_id, app_secret, token, timeout=(settings.META_CONNECT_TIMEOUT, settings.META_READ_TIMEOUT)
    )
    session.GRAPH = graph_url.rstrip("/")
    http: requests.Session = session.requests
    params: dict[str, str] = dict(http.params)  # type: ignore[arg-type]
    params.pop("access_token")
    http.params = params
    http.headers["Authorization"] = f"Bearer {token}"
    http.trust_env = False
    http.max_redirects = 0
    http.hooks["response"].append(_remember)
    for prefix, adapter in adapters.items():
        http.mount(prefix, adapter)
    return FacebookAdsApi(session, api_version=version)


def attempt(api: Any, method: str, path: tuple[str, ...], params: Mapping[str, object]) -> Answer:
    """One request, no retry. Never raises for what the network or Meta does: the answer says it.

    Foreign exceptions end here and are not chained, for they hold URLs, headers and parameters.
    """
    _latest.set(None)
    problem = _call(api, method, path, params)
    answer = _latest.get()
    _latest.set(None)
    return replace(answer, problem=problem) if answer else Answer(None, None, problem=problem)


def _call(api: Any, method: str, path: tuple[str, ...], params: Mapping[str, object]) -> str:
    """The name of what went wrong, empty when nothing did. The answer itself is left in `_latest`."""
    try:
        api.call(method, path, params=dict(params))
    except (FacebookError, requests.RequestException, TypeError, ValueError, AttributeError, KeyError) as error:
        # The last four: what the SDK runs into while it reads an odd error body.
        return type(error).__name__
    return ""
