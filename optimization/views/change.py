"""/entities/<level>/<id>/change/: a person changes one object by hand. Nothing is done without the review shown here.

A GET chooses the kind, asks for its parameters and reviews what they would do; the POST does that, or rehearses it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from metaads import switch
from metaads.clock import business_now
from metaads.models import AdAccount, Level
from optimization.by_person import (
    BadParameters,
    Look,
    Repeated,
    kinds_for,
    look,
    propose_by_hand,
    tell_by_hand,
    tellers_for,
)
from optimization.entities import load_one
from optimization.kinds import Kind
from optimization.models import ACCOUNT_LEVEL, IN_FLIGHT_STATUSES, Action, Status
from optimization.operators.values.inputs import Input
from optimization.queue.errors import NotAllowed, QueueError
from optimization.queue.locks import locks_of
from optimization.views.change_box import OPPOSITE, elsewhere
from optimization.views.change_face import Typed, controls, read, review_of, wanted_of
from optimization.views.creation_forms import DOCUMENT, KINDS_WITH_FORM, inputs_for, key_of
from optimization.views.lock_words import LockFace, lock_face
from optimization.views.rehearse import DryRun, dry_run
from optimization.views.scope import scope_of
from optimization.views.subject import Crumb, crumbs, entity_href, find

FIELDS = frozenset({"reason", "override_reason", "timed", "hours"})
"""Of the form, beside the kind's own parameters."""
SAID = {
    Status.PENDING: "Proposed: two other people must approve a change of this size.",
    **dict.fromkeys((Status.APPROVED, *IN_FLIGHT_STATUSES), "On its way."),
}
BEFORE = "This form was sent before. Here is what became of it."


@dataclass(frozen=True)
class Target:
    """The object that the page is about: an ad account or something in it. `above`: Meta ids of what it is in."""

    account: AdAccount
    level: str
    meta_id: str
    name: str
    label: str
    href: str
    crumbs: list[Crumb]
    above: tuple[str, ...] = ()

    def lock(self, now: datetime) -> LockFace | None:
        held = locks_of(self.account, now).of(self.level, self.meta_id, self.above)
        return lock_face(held, self.level, self.meta_id, self.account)


def target_of(request: HttpRequest, level: str, meta_id: str) -> Target:
    """Another account's object does not exist; changing or locking one is for managers."""
    target = _account(request, meta_id) if level == ACCOUNT_LEVEL else _entity(request, level, meta_id)
    scope = scope_of(request)
    if not scope.may_decide(target.account.pk):
        raise PermissionDenied("Changing something is for managers of this ad account.")
    scope.narrow(target.account)
    return target


def _account(request: HttpRequest, meta_id: str) -> Target:
    account = next((one for one in scope_of(request).accounts if one.meta_id == meta_id), None)
    if account is None:
        raise Http404("No such ad account.")
    href = f"{reverse('campaigns')}?account={account.pk}"
    return Target(
        account,
        ACCOUNT_LEVEL,
        meta_id,
        account.name,
        "Ad account",
        href,
        [Crumb("Campaigns", href), Crumb(account.name)],
    )


def _entity(request: HttpRequest, level: str, meta_id: str) -> Target:
    if level not in Level.values:
        raise Http404("No such level.")
    subject = find(Level(level), meta_id, request.user)
    way = [*crumbs(subject)[:-1], Crumb(subject.name, entity_href(level, meta_id))]
    label, href = Level(level).label, entity_href(level, meta_id)
    return Target(subject.account, level, meta_id, subject.name, label, href, way, subject.family[1:])


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, level: str, meta_id: str) -> HttpResponse:
    target = target_of(request, level, meta_id)
    page = Page(request, target, read(request.POST if request.method == "POST" else request.GET))
    if request.method != "POST":
        return page.shown()
    return page.rehearsed() if request.POST.get("do") == "rehearse" else page.acted()


class Page:
    """One request for one object."""

    def __init__(self, request: HttpRequest, target: Target, typed: Typed) -> None:
        self.request, self.target, self.typed = request, target, typed
        self.now = business_now(target.account)
        self.entity = load_one(target.account, target.level, target.meta_id)
        settled = OPPOSITE.get(self.entity.status) if self.entity else None
        self.kinds = [kind for kind in kinds_for(target.level, self.entity) if kind.key != settled] + tellers_for(
            target.level
        )
        self.problems: Mapping[str, Sequence[str]] = {}
        self.error = ""
        self.made: Action | None = None

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101  (login_required; tells mypy)
        return self.request.user

    @property
    def kind(self) -> Kind | None:
        return next((kind for kind in self.kinds if kind.key == self.typed.kind), None)

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        return inputs_for(self.typed.kind, self.target.account, self.typed.form)

    @property
    def asks(self) -> bool:
        """Whether it can be reviewed: what it needs was typed, or it needs nothing."""
        sent = self.request.method == "POST" or "review" in self.request.GET
        kind = self.kind
        return kind is not None and kind.changes_meta and (sent or not self.inputs)

    def looked(self) -> Look | None:
        """The review of the change, whatever its time; None where there is nothing to do or something is wrong."""
        try:
            wanted = wanted_of(
                self.target.account, self.target.level, self.target.meta_id, replace(self.typed, timed="")
            )
            return look(self.target.account, wanted, self.now, self.user, self.typed.reason)
        except QueueError as error:
            self._note(error)
            return None

    def _note(self, error: QueueError) -> None:
        """Fields that the page has get their own words, the rest stands above. What was noted before is kept."""
        if isinstance(error, Repeated):
            self.made = error.action
        name, colon, words = str(error).partition(": ")
        fields = {name: [words]} if colon and name in FIELDS else {"": [str(error)]}
        if isinstance(error, BadParameters):
            fields = {}
            for part, texts in error.fields.items():
                for text in texts:
                    key, said = key_of(part, text, self.inputs)
                    fields.setdefault(key, []).append(said)
        here = FIELDS | {one.key for one in self.inputs}
        self.problems = {key: texts for key, texts in fields.items() if key in here} | dict(self.problems)
        self.error = self.error or " ".join(text for key, texts in fields.items() if key not in here for text in texts)

    def rehearsed(self) -> HttpResponse:
        """The page with what a dry run found: nothing is stored, and nothing changes at Meta."""
        found = self.looked()
        return self.shown(rehearsed=None if found is None else dry_run(found.action, self.now))

    def shown(self, status: int = 200, rehearsed: DryRun | None = None) -> HttpResponse:
        kind = self.kind
        found = self.looked() if self.asks else None
        context: dict[str, Any] = {
            "page": "campaigns",
            "switch_path": reverse("campaigns"),
            "target": self.target,
            "lock": self.target.lock(self.now),
            "elsewhere": elsewhere(self.entity if self.target.level in Level.values else None),
            "kinds": [{"key": one.key, "label": one.label, "on": one is kind} for one in self.kinds],
            "kind": kind,
            "typed": self.typed,
            "as_document": self.typed.form == DOCUMENT,
            "has_form": self.typed.kind in KINDS_WITH_FORM,
            "controls": controls(self.inputs, self.typed, self.problems, self.target.account.currency) if kind else [],
            "problems": self.problems,
            "error": self.error,
            "made": self.made,
            "once": secrets.token_urlsafe(16),
            "review": review_of(found) if found else None,
            "rehearsed": rehearsed,
            "by_hand": switch.why_off(switch.EXECUTOR),
        }
        return render(self.request, "optimization/change.html", context, status=status)

    def told(self) -> HttpResponse:
        """Of what changes nothing at Meta there is nothing to review: it is done at once."""
        try:
            wanted = wanted_of(self.target.account, self.target.level, self.target.meta_id, self.typed)
            done = tell_by_hand(self.user, self.target.account, wanted, self.now, reason=self.typed.reason)
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from None
        except QueueError as error:
            self._note(error)
            return self.shown(status=422)
        messages.success(self.request, done)
        return redirect(self.target.href)

    def acted(self) -> HttpResponse:
        if self.kind is not None and not self.kind.changes_meta:
            return self.told()
        try:
            wanted = wanted_of(self.target.account, self.target.level, self.target.meta_id, self.typed)
            action = propose_by_hand(
                self.user,
                self.target.account,
                wanted,
                self.now,
                reason=self.typed.reason,
                override_reason=self.typed.override,
                seen=self.typed.seen,
                once=self.typed.once,
            )
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from None
        except QueueError as error:
            self._note(error)
            return self.shown(status=422)
        messages.success(self.request, SAID.get(Status(action.status), BEFORE))
        return redirect("action", public_id=action.public_id)
