"""Page of one's own API tokens. A new token is shown once, in the answer to the form that made it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from metaads.clock import business_now
from optimization.tokens import make_token, tokens_of, withdraw_token


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    return request.user


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    fresh = make_token(user, business_now()) if request.method == "POST" else ""
    return render(request, "optimization/tokens.html", {"tokens": tokens_of(user), "fresh": fresh})


@login_required
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    if withdraw_token(_user(request), request.POST.get("start", ""), business_now()):
        messages.success(request, "Withdrawn. Programs that use this token are refused from now on.")
    else:
        messages.error(request, "There is no such token of yours; it may have been withdrawn already.")
    return redirect("tokens")
