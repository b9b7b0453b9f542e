"""How webhooks leave the process: plain HTTP with time-outs, no redirects, no ambient proxies."""

import requests

_TIMEOUT = (3.05, 10)


def ask(address: str, params: dict[str, str]) -> tuple[int, str]:
    """GET; status and text. OSError when nobody answers (`requests` exceptions are OSErrors)."""
    with _session() as session:
        answer = session.get(address, params=params, timeout=_TIMEOUT, allow_redirects=False)
        return answer.status_code, answer.text


def send(address: str, body: bytes, headers: dict[str, str]) -> int:
    """POST; the status."""
    with _session() as session:
        return session.post(address, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False).status_code


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
