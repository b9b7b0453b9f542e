"""A scripted person: at each tick accepts every pending proposal of the account, through the product's own API.

Requests go through Django's test client, the WSGI application in this process: session, permissions, JSON, URLs and
error answers are the product's; only the socket is left out.
"""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from metaads.models import AdAccount, Membership, Role
from optimization.models import Status

ACTIONS = "/api/intelligence/actions"


class Approver:
    """A manager of one account."""

    def __init__(self, account: AdAccount) -> None:
        user = User.objects.create_user("approver", password="scripted approver")
        Membership.objects.create(user=user, account=account, role=Role.MANAGER)
        self.client = Client()
        if not self.client.login(username="approver", password="scripted approver"):
            raise RuntimeError("The approver cannot log in.")
        self.refused: dict[str, int] = {}

    def accept_all(self) -> int:
        """How many it approved. What is refused (it changed meanwhile, a rail stands against it) is counted."""
        done = 0
        for public_id in self._pending():
            answer = self.client.post(f"{ACTIONS}/{public_id}/approve", {}, content_type="application/json")
            if answer.status_code == 200:
                done += 1
                continue
            why = f"{answer.status_code} {answer.json().get('code', '')}"
            self.refused[why] = self.refused.get(why, 0) + 1
        return done

    def _pending(self) -> list[str]:
        found: list[str] = []
        url: str | None = f"{ACTIONS}?status={Status.PENDING}"
        while url:
            answer = self.client.get(url)
            if answer.status_code != 200:
                raise RuntimeError(f"The list of actions answered {answer.status_code}: {answer.content[:200]!r}")
            page: dict[str, Any] = answer.json()
            found += [one["id"] for one in page["results"]]
            url = page.get("next")
        return found
