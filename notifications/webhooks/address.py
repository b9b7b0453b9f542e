"""Where a webhook may go: https, a host of the allow-list, and no address inside our own network (SSRF)."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

Resolve = Callable[[str, int], list[str]]
TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


class NotAllowed(Exception):
    """It must not be called; the text says why and what to do. Trying again would not help."""


class Unreachable(Exception):
    """The host has no address now."""


@dataclass(frozen=True)
class Target:
    """`ip` is what was checked and will be connected to: the name is not looked up a second time."""

    host: str
    port: int
    path: str
    ip: str


def resolved(host: str, port: int) -> list[str]:
    """Addresses of a host. Raises Unreachable."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreachable(f"{host} has no address.") from None
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def target_of(url: str, resolve: Resolve = resolved) -> Target:
    """The checked target. Raises NotAllowed or Unreachable."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or 443
    except ValueError:
        raise NotAllowed(f"{url} is no address.") from None
    if parts.scheme != "https" or not host or parts.username or parts.password:
        raise NotAllowed("Only https addresses without a user name are called.")
    if not _listed(host):
        raise NotAllowed(f"{host} is not among WEBHOOK_HOSTS; an administrator can add it.")
    addresses = resolve(host, port)
    for address in addresses:
        if not settings.WEBHOOKS.private and not _public(address):
            raise NotAllowed(f"{host} is inside a private network; WEBHOOK_PRIVATE_ADDRESSES allows that.")
    if not addresses:
        raise Unreachable(f"{host} has no address.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path, addresses[0])


def _listed(host: str) -> bool:
    return any(host == one or (one.startswith(".") and host.endswith(one)) for one in settings.WEBHOOKS.hosts)


def _public(address: str) -> bool:
    """Whether it leads outside. An IPv6 address that carries an IPv4 one leads where that one does."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or _translated(ip)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def _translated(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address in its last 32 bits, where a gateway takes it (RFC 6052) or an old stack did (RFC 4291)."""
    carries = any(ip in network for network in TRANSLATED)
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if carries else None
