"""Log-in rules: nobody signs up by themselves, and every log-in is in the ledger."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from metaads.clock import business_now
from optimization.ledger import record


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Users are made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """After password and second factor. The event holds the user's id alone; names live elsewhere."""
        record("login", account_id=None, actor="user", user_id=user.pk, now=business_now())
        answer: HttpResponse = super().post_login(request, user, **options)
        return answer
