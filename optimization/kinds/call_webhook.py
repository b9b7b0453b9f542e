"""Call somebody's address; change nothing at Meta."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from metaads.models import Level
from optimization.kinds.base import Kind, KindParameters


def _https(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError("this is no address; write one such as https://hooks.example.com/ads.") from None
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise ValueError("only https addresses without a user name are called, such as https://hooks.example.com/ads.")
    return value


Address = Annotated[str, Field(max_length=500), AfterValidator(_https)]


class Called(KindParameters):
    """`url`: https, of a host in WEBHOOK_HOSTS. `secret`: name of the secret in WEBHOOK_SECRETS that signs the call."""

    url: Address = Field(title="Address", description="https, a host that WEBHOOK_HOSTS allows.")
    secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] | None = Field(
        None, title="Signed with", description="Name of a secret in WEBHOOK_SECRETS."
    )


class CallWebhook(Kind):
    """Never enters the queue or the executor: `optimization.webhooks` stores the call, a worker delivers it."""

    key = "call_webhook"
    label = "Call a webhook"
    levels = frozenset({Level.CAMPAIGN.value, Level.AD_SET.value, Level.AD.value})
    Parameters = Called
    changes_meta = False

    def phrase(self, parameters: Mapping[str, Any], money: Callable[[str], str]) -> str:
        return f"call {urlsplit(str(parameters['url'])).hostname}"


CALL_WEBHOOK = CallWebhook()
