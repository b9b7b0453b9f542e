"""A creative of a goal, described here: picture or film, texts, link. Only an approved action makes it at Meta."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from metaads.clock import business_now
from metaads.models import AdAccount, Creative
from optimization.models import Goal
from optimization.orchestrator.creatives import make_creative
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.settings import settings_of
from optimization.views.goal_doors import goal_to_edit, home
from optimization.views.goals import user_of
from optimization.views.live import version_of
from optimization.views.scope import scope_of

MOST = 200
CALLS = (
    *("LEARN_MORE", "SHOP_NOW", "BUY_NOW", "ORDER_NOW", "GET_OFFER", "SIGN_UP", "SUBSCRIBE", "BOOK_NOW", "CONTACT_US"),
    *("APPLY_NOW", "GET_QUOTE", "DOWNLOAD", "INSTALL_MOBILE_APP", "USE_APP", "PLAY_GAME", "LISTEN_NOW", "WATCH_MORE"),
    *("GET_TICKETS", "DONATE_NOW"),
)
"""Meta's words that buyers use most; the API takes every one of Meta's."""


class CreativeForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name", help_text="As you want to find it again.")
    message = forms.CharField(max_length=2000, label="Primary text", required=False, widget=forms.Textarea({"rows": 4}))
    headline = forms.CharField(max_length=255, label="Headline", required=False)
    description = forms.CharField(max_length=255, label="Description", required=False)
    link = forms.CharField(
        max_length=2000, label="Link", required=False, help_text="Where a click leads, with https://."
    )
    call_to_action = forms.ChoiceField(label="Button", required=False, help_text="A film needs one.")
    picture = forms.ChoiceField(label="Picture", required=False, help_text="That of one of the account's creatives.")
    image_hash = forms.CharField(
        max_length=200, label="or another picture (image hash)", required=False, help_text="As Meta's library names it."
    )
    video_id = forms.ChoiceField(label="Film", required=False, help_text="It needs a picture that stands before it.")
    page_id = forms.CharField(max_length=32, label="Facebook page (id)", required=False)

    def __init__(self, account: AdAccount, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(Creative.objects.filter(account=account, deleted_at=None).order_by("-pk")[:MOST])
        page = settings_of(account).page_id
        self._choose("picture", "no picture chosen", {one.image_hash: _name(one) for one in rows if one.image_hash})
        self._choose("video_id", "no film, a picture alone", {one.video_id: _name(one) for one in rows if one.video_id})
        words = {call: call.replace("_", " ").capitalize() for call in CALLS}
        self._choose("call_to_action", "no button", words)
        known = f"Empty: {page}, that of the goals." if page else "Whom the ad speaks for."
        self.fields["page_id"].help_text = known

    def _choose(self, field: str, none: str, offered: dict[str, str]) -> None:
        held = self.fields[field]
        assert isinstance(held, forms.ChoiceField)  # noqa: S101  (declared above; tells mypy)
        held.choices = [("", none), *offered.items()]

    @property
    def spec(self) -> dict[str, Any]:
        """As `kinds.creative_content` takes it."""
        said = {name: text for name, text in self.cleaned_data.items() if text}
        picture = said.pop("picture", "")
        return {"image_hash": picture, **said} if picture else said


def _name(one: Creative) -> str:
    return (one.name or one.title or one.meta_id)[:90]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    goal = goal_to_edit(request, public_id)
    form = CreativeForm(goal.account, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _kept(request, goal, form):
        return redirect(f"{reverse('goal', args=[public_id])}#creatives")
    scope = scope_of(request)
    context = {"page": "goals", "version": version_of(scope), "goal": goal, "form": form, "home": home(goal.account)}
    return render(request, "optimization/goal_creative.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, goal: Goal, form: CreativeForm) -> bool:
    try:
        row = make_creative(goal, form.spec, user_of(request), business_now(goal.account))
    except GoalRefused as refused:
        for name, texts in (refused.fields or {"": [str(refused)]}).items():
            form.add_error(name if name in form.fields else None, [f"{one[:1].upper()}{one[1:]}" for one in texts])
        return False
    messages.success(request, f"{row.name} is a draft. Once approved here, making it at Meta waits in the queue.")
    return True
