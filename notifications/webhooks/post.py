"""One signed POST to a checked address: TLS verified against the host's name, no redirects, no proxies, no retries."""

import hashlib
import hmac
from collections.abc import Callable, Mapping

import certifi
import urllib3
from django.conf import settings

from notifications.webhooks.address import Target

Headers = Mapping[str, str]
Post = Callable[[Target, bytes, Headers], int]
TIMEOUT = urllib3.Timeout(connect=3.05, read=10)


class NoAnswer(Exception):
    """Nobody answered, or not over sound TLS. It may have arrived all the same."""


def signature(secret: str, body: bytes) -> str:
    """As Meta signs its own webhooks: hex HMAC-SHA256 of the raw body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def post(target: Target, body: bytes, headers: Headers) -> int:
    """The HTTP status. Raises NoAnswer. Connects to the address that was checked, whatever the name means by now."""
    pool = urllib3.HTTPSConnectionPool(
        target.ip,
        target.port,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
        ca_certs=settings.WEBHOOKS.ca_file or certifi.where(),
        timeout=TIMEOUT,
        retries=False,
    )
    host = target.host if target.port == 443 else f"{target.host}:{target.port}"
    try:
        answer = pool.urlopen(
            "POST", target.path, body=body, headers={**headers, "Host": host}, redirect=False, preload_content=False
        )
        answer.release_conn()
        return int(answer.status)
    except urllib3.exceptions.HTTPError as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        pool.close()
