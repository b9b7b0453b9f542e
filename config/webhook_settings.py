"""Settings of the webhooks that rules call."""

from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured

from config.env import switch, text


@dataclass(frozen=True)
class Webhooks:
    """`hosts`: who may be called, ".example.com" = all below it; none = nobody. `secrets`: by the name rules use."""

    hosts: tuple[str, ...] = ()
    private: bool = False
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    ca_file: str = ""


def webhooks() -> Webhooks:
    """From the environment."""
    hosts = tuple(host.strip().lower() for host in text("WEBHOOK_HOSTS").split(",") if host.strip())
    return Webhooks(hosts, switch("WEBHOOK_PRIVATE_ADDRESSES", False), _secrets(), text("WEBHOOK_CA_FILE"))


def _secrets() -> dict[str, str]:
    found = {}
    for entry in filter(None, (one.strip() for one in text("WEBHOOK_SECRETS").split(","))):
        name, _, secret = entry.partition(":")
        if len(secret) < 16:  # the entry itself is not repeated: it may be the secret
            raise ImproperlyConfigured("WEBHOOK_SECRETS: write name:secret, with at least 16 characters in the secret.")
        found[name.strip()] = secret
    return found
