"""What has changed in connected accounts since the last look, as the values that Meta pushes (reference 9)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from metaads.sandbox.graph import known, metrics
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.insights import found
from metaads.sandbox.graph.render import KINDS, find
from metaads.sandbox.graph.view import View, effective_status
from metaads.sandbox.webhooks.subscriptions import Subscriptions, Threshold
from metaads.sandbox.world import fatigue
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.world import World

Node = Campaign | AdSet | Ad
_TYPES: dict[type, tuple[str, str]] = {
    Campaign: ("campaign", "CAMPAIGN"),
    AdSet: ("adset", "AD_SET"),
    Ad: ("ad", "AD"),
}
# Click rate left of what it was (as a factor) -> Meta's word for how tired the ad is.
_TIRED = ((0.45, "HIGH"), (0.6, "MEDIUM"), (0.75, "LOW"))
_EXPOSED = 0.5


@dataclass(frozen=True)
class Change:
    """One element of `entry[].changes`. `at`: virtual Unix second."""

    account: str
    at: int
    field: str
    value: dict[str, Any]


@dataclass(slots=True)
class Seen:
    """An account as it was at the last look: status and issue codes by object id, tiredness by ad id."""

    status: dict[str, str] = field(default_factory=dict)
    issues: dict[str, list[int]] = field(default_factory=dict)
    tired: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Watch:
    """Looks at connected accounts. The first look at an account only remembers."""

    world: World
    subscriptions: Subscriptions
    seen: dict[str, Seen] = field(default_factory=dict)

    def look(self) -> list[Change]:
        """Everything that changed since the last look and was subscribed to."""
        now, changes = int(self.world.clock.now()), []
        for account_id in sorted(self.subscriptions.accounts):
            account = self.world.named.get(f"act_{account_id}")
            if account is not None and self.subscriptions.callback is not None:
                changes += self._account(View(self.world, account, now))
        for gone in self.seen.keys() - self.subscriptions.accounts:
            del self.seen[gone]
        return [one for one in changes if self.subscriptions.wants(one.account, _topic(one.field))]

    def _account(self, view: View) -> list[Change]:
        before, now = self.seen.get(view.account.id), _state(view)
        self.seen[view.account.id] = now
        if before is None:
            return []
        parts = (_statuses, _issues, _tiredness)
        changes = [change for part in parts for change in part(view, before, now)]
        return changes + list(self._thresholds(view))

    def _thresholds(self, view: View) -> Iterator[Change]:
        for one in self.subscriptions.thresholds:
            if one.account == view.account.id and not one.told:
                value = _lifetime(view, one)
                if value >= one.value:
                    one.told = True
                    self.subscriptions.keep()
                    yield Change(one.account, view.now, "subscriptions", _passed(one, value))


def _topic(name: str) -> str:
    """What one subscribes to; it arrives under another name in one case."""
    return "effective_status" if name == "field_changed" else name


def _nodes(view: View) -> Iterator[Node]:
    yield from view.account.campaigns
    yield from view.account.ad_sets
    yield from view.account.ads


def _state(view: View) -> Seen:
    state = Seen(tired=_tired(view))
    for node in _nodes(view):
        state.status[node.id] = effective_status(view, node)
        issues = _issues_of(view, node)
        if issues:
            state.issues[node.id] = [int(one["error_code"]) for one in issues]
    return state


def _issues_of(view: View, node: Node) -> list[dict[str, Any]]:
    reader: Callable[..., Any] = KINDS[type(node)].fields["issues_info"]
    return list(reader(view, node) or [])


def _tired(view: View) -> dict[str, str]:
    account = view.account
    if not account.ads:
        return {}
    age = np.maximum(0, view.now - np.array([ad.created for ad in account.ads])) / 86_400
    left = fatigue.click_factor(account.live.exposure, account.truth.wear, account.truth.drift, age)
    shown = account.live.exposure > _EXPOSED
    found_: dict[str, str] = {}
    for index in np.flatnonzero(shown & (left < _TIRED[-1][0])).tolist():
        found_[account.ads[index].id] = next(word for edge, word in _TIRED if left[index] < edge)
    return found_


def _statuses(view: View, before: Seen, now: Seen) -> Iterator[Change]:
    """New values are not sent: the receiver reads the object. Objects that leave IN_PROCESS say so as well."""
    for node in _nodes(view):
        was, is_ = before.status.get(node.id), now.status[node.id]
        if was is None or was == is_:
            continue
        kind, level = _TYPES[type(node)]
        value = {"object_id": node.id, "object_type": kind, "changed_fields": ["effective_status"]}
        yield Change(view.account.id, view.now, "field_changed", value)
        if was == "IN_PROCESS":
            left = {"id": node.id, "level": level, "status_name": is_}
            yield Change(view.account.id, view.now, "in_process_ad_objects", left)


def _issues(view: View, before: Seen, now: Seen) -> Iterator[Change]:
    for node in _nodes(view):
        if now.issues.get(node.id) and now.issues[node.id] != before.issues.get(node.id):
            for one in _issues_of(view, node):
                value = {
                    "id": node.id,
                    "level": _TYPES[type(node)][1],
                    "error_code": str(one["error_code"]),
                    "error_summary": one["error_summary"],
                    "error_message": one["error_message"],
                }
                yield Change(view.account.id, view.now, "with_issues_ad_objects", value)


def _tiredness(view: View, before: Seen, now: Seen) -> Iterator[Change]:
    for ad_id, level in now.tired.items():
        if before.tired.get(ad_id) != level:
            text = "People have seen this ad often, and click on it less."
            value = {"adgroup_id": ad_id, "creative_fatigue_level": level, "creative_fatigue_message": text}
            yield Change(view.account.id, view.now, "creative_fatigue", value)


def _lifetime(view: View, one: Threshold) -> float:
    """The metric of the object over its life."""
    if not metrics.is_number(one.field) or one.field not in known.INSIGHTS:
        return 0.0
    target = find(view.world, one.object_id, view.now)
    node = target.node if isinstance(target.node, Campaign | AdSet | Ad) else None
    call = Call("GET", "", (one.object_id, "insights"), {"date_preset": "maximum", "fields": one.field})
    rows = found(target.view, node, call).rows[0:1]
    return metrics.number(rows[0].cell, one.field) if rows else 0.0


def _passed(one: Threshold, value: float) -> dict[str, Any]:
    return {
        "subscription_id": one.id, "account_id": one.account, "object_id": one.object_id, "object_type": "ad_object",
        "field": one.field, "current_value": value,
    }  # fmt: skip
