"""Whose objects a caller may name: anything else is a 404, as if it did not exist."""

from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from metaads.models import Ad, AdAccount, AdSet, Campaign, Level, Role
from metaads.models.membership import has_role
from optimization.api.errors import Refused

ACCOUNT = "account"
WHICH = "Meta id of the ad account; may be left out by who sees a single one."
WHICH = "Meta id of the ad account; may be left out by who sees a single one."
LEVELS: tuple[str, ...] = (ACCOUNT, *Level.values)
_MODELS: dict[str, Any] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


@dataclass(frozen=True)
class Subject:
    """What a path names. `meta_id` of the account itself has no `act_`; `name` as in the mirror."""

    account: AdAccount
    level: str
    meta_id: str
    name: str


def account_of(request: Request, meta_id: str) -> AdAccount:
    """The account of this Meta id (digits, `act_` allowed), if the caller may see it. Raises NotFound."""
    visible = AdAccount.objects.visible_to(request.user).select_related("connection")
    digits = meta_id.removeprefix("act_")
    account = visible.filter(meta_id=digits).first() if _may_be_id(digits) else None
    if account is None:
        raise NotFound(f"There is no ad account {meta_id} among those you may see.")
    return account


def account_or_only(request: Request, meta_id: str) -> AdAccount:
    """The account of this id; without an id the only one that the caller may see. Raises NotFound, Refused."""
    if meta_id:
        return account_of(request, meta_id)
    visible = list(AdAccount.objects.visible_to(request.user).select_related("connection")[:2])
    if len(visible) != 1:
        raise Refused("Say which account: you may see several, or none.", "account", "required")
    return visible[0]


def subject_of(request: Request, level: str, meta_id: str) -> Subject:
    """The account or entity that a path names. Raises NotFound, also for a level that does not exist."""
    if level == ACCOUNT:
        account = account_of(request, meta_id)
        return Subject(account, level, account.meta_id, account.name)
    model = _MODELS.get(level)
    if model is None:
        raise NotFound(f"There is no level {level!r}; there are {', '.join(LEVELS)}.")
    visible = AdAccount.objects.visible_to(request.user)
    rows = model.objects.filter(meta_id=meta_id, account__in=visible).select_related("account__connection")
    # The same object may also be in a file that somebody imported: Meta's own account answers first.
    row = rows.order_by("account__read_only", "pk").first() if _may_be_id(meta_id) else None
    if row is None:
        raise NotFound(f"There is no {Level(level).label.lower()} {meta_id} among those you may see.")
    return Subject(row.account, level, row.meta_id, row.name)


def _may_be_id(text: str) -> bool:
    """Meta's ids are digits. PostgreSQL raises on a NUL byte, so what can't be an id is not looked for."""
    return text.isascii() and text.isdigit()


def require_role(request: Request, account: AdAccount, role: Role) -> None:
    """Raises PermissionDenied below that role. The account must be visible already."""
    if not has_role(request.user, account, role):
        raise PermissionDenied(f"This needs the role {role.label.lower()} in {account.name}.")
