"""What is wrong with a token, for one account, in a sentence with what to do."""

from dataclasses import dataclass
from datetime import datetime

from metaads.models import AdAccount, Connection
from metaads.sync.check import EXPIRES_SOON, RENEW, lost


@dataclass(frozen=True)
class TokenState:
    """`code` is stable: broken, lost, expired, expires. `severity`: error or warning."""

    code: str
    severity: str
    text: str
    todo: str


def token_state(account: AdAccount, now: datetime) -> TokenState | None:
    """None = nothing to do. Only this account's own connection counts. No look-up beyond `account.connection`."""
    link = account.connection
    if link.state == Connection.State.BROKEN:
        text = f"The connection {link.name} does not work, so {account.name} is not read: {link.state_reason}"
        return TokenState("broken", "error", text, RENEW)
    if lost(link, account):
        text = f"The token of {link.name} cannot see {account.name} ({account.path_id})."
        return TokenState("lost", "error", text, "Assign the account to the system user in Meta's Business settings.")
    ends = link.token_expires_at
    if ends and ends <= now:
        return TokenState("expired", "error", f"The token of {link.name} expired on {ends:%d %B %Y}.", RENEW)
    if ends and ends - now < EXPIRES_SOON:
        text = f"The token of {link.name} expires on {ends:%d %B %Y}; then {account.name} is read no more."
        return TokenState("expires", "warning", text, RENEW)
    return None
