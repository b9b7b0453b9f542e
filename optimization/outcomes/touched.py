"""When objects were changed, by us or by others: what was touched is nobody's comparison."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from metaads.models import Ad, AdAccount, AdSet, Level, OutsideChange
from metaads.sync.differences import METAS_OWN
from optimization.models import Action
from optimization.outcomes.units import Unit, changed_by


@dataclass(frozen=True)
class Touch:
    """`action`: primary key of ours, None = somebody else's change at Meta."""

    at: datetime
    level: str
    entity_id: str
    action: int | None


def touches(account: AdAccount, since: datetime, until: datetime) -> list[Touch]:
    """All changes of the account in [since, until], by time. Two queries."""
    done = Action.objects.filter(account=account, executed_at__range=(since, until)).exclude(
        kind__in=("notify_only", "call_webhook")
    )
    ours = [
        Touch(action.executed_at, level, meta_id, action.pk)
        for action in done
        if action.executed_at is not None
        for level, meta_id in changed_by(action)
    ]
    # What Meta does by itself (learning begins anew after a budget change, say) is a consequence and no change.
    others = OutsideChange.objects.filter(
        account=account, ours=False, at__range=(since, until), level__in=Level.values
    ).exclude(field__in=METAS_OWN)
    theirs = [Touch(at, level, meta_id, None) for at, level, meta_id in others.values_list("at", "level", "entity_id")]
    return sorted([*ours, *theirs], key=lambda touch: touch.at)


def by_unit(account: AdAccount, level: str, found: Iterable[Touch]) -> Mapping[str, list[Touch]]:
    """Touches of each object of `level`: its own, those of what it holds, and those of what holds it."""
    changes = list(found)
    ads = _parents_of_ads(account, {one.entity_id for one in changes if one.level == Level.AD})
    sets = {one.entity_id for one in changes if one.level == Level.AD_SET}
    campaigns = {one.entity_id for one in changes if one.level == Level.CAMPAIGN}
    rows = AdSet.objects.filter(account=account).filter(Q(meta_id__in=sets) | Q(campaign__meta_id__in=campaigns))
    campaign_of = dict(rows.values_list("meta_id", "campaign__meta_id"))
    answer: dict[str, list[Touch]] = defaultdict(list)
    for touch in changes:
        ad_set, campaign = ads.get(touch.entity_id, ("", ""))
        if touch.level == Level.AD_SET:
            ad_set, campaign = touch.entity_id, campaign_of.get(touch.entity_id, "")
        if touch.level == Level.CAMPAIGN:
            campaign = touch.entity_id
        if level == Level.CAMPAIGN:
            answer[campaign].append(touch)
        elif ad_set:
            answer[ad_set].append(touch)
        else:
            for one in (one for one, parent in campaign_of.items() if parent == campaign):
                answer[one].append(touch)
    return answer


def _parents_of_ads(account: AdAccount, ids: set[str]) -> dict[str, tuple[str, str]]:
    rows = Ad.objects.filter(account=account, meta_id__in=ids)
    return {ad: (ad_set, campaign) for ad, ad_set, campaign in rows.values_list(
        "meta_id", "ad_set__meta_id", "campaign__meta_id"
    )}  # fmt: skip


def next_touch(unit: Unit, touched: Mapping[str, list[Touch]], action: Action, until: datetime) -> Touch | None:
    """The first later change of the unit before `until`, ours or another's. What it did itself does not count."""
    assert action.executed_at is not None  # noqa: S101  (only executed actions are measured)
    later = [
        touch
        for one in unit.ids
        for touch in touched.get(one, ())
        if touch.action != action.pk and action.executed_at < touch.at < until
    ]
    return min(later, key=lambda touch: touch.at, default=None)
