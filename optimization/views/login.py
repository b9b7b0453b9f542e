"""Log-in rules: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Users are made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
