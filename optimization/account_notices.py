"""Notices of what a person must do so that an account is read, delivers and can be changed: token, health, failures.

Each stands while it is so and goes by itself; only the account that it is about shows it.
"""

from datetime import datetime

from metaads.models import AdAccount
from metaads.selectors import health, token_state
from metaads.selectors.connections import TokenState
from notifications.standing import Standing, hold

TOPIC = "account"
# So many failures in a row are no passing fault.
TOO_OFTEN = 3


def tell_trouble(account: AdAccount, now: datetime) -> int:
    """Makes the account's notices say what is so now; gives how many are new. Call after each observation."""
    fresh = AdAccount.objects.select_related("connection").get(pk=account.pk)
    token = _token(fresh, now)
    wanted = {f"token:{token.code}": Standing(token.severity, token.text, token.todo)} if token else {}
    found = health(fresh)
    for problem in found.problems if found else ():
        wanted[problem.code] = Standing(problem.severity, f"{fresh.name}: {problem.text}", problem.todo)
    if not token and fresh.consecutive_failures >= TOO_OFTEN:
        text = f"{fresh.name} could not be read {fresh.consecutive_failures} times in a row."
        wanted["failures"] = Standing("warning", text, f"{fresh.last_error} It is tried again by itself.")
    return hold(f"account:{fresh.pk}", TOPIC, wanted, now)


def _token(account: AdAccount, now: datetime) -> TokenState | None:
    """A refused token is told where reading fails: what one account lost, another of the connection may still have."""
    found = token_state(account, now)
    if found and found.code == "broken" and not account.consecutive_failures:
        return None
    return found
