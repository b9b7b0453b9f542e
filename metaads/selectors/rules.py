"""Meta's own rules in words, and which of them also change an object of ours."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metaads.graph.money import money_text
from metaads.models import Ad, AdAccount, AdSet, Campaign, NativeRule
from metaads.selectors.matching import may_match
from metaads.sync import fields
from metaads.sync.native_rules import changes_objects, entity_types, filters

Node = Campaign | AdSet | Ad
_WORDS = {
    "PAUSE": "pauses",
    "UNPAUSE": "switches on",
    "CHANGE_BUDGET": "changes the budget of",
    "CHANGE_CAMPAIGN_BUDGET": "changes the budget of",
    "CHANGE_BID": "changes the bid of",
    "REBALANCE_BUDGET": "shares budget out among",
    "ROTATE": "rotates",
    "NOTIFICATION": "only tells people about",
    "PING_ENDPOINT": "only tells a server about",
}
_SCHEDULES = {"DAILY": "once a day", "HOURLY": "every hour", "SEMI_HOURLY": "every half hour", "CUSTOM": "at set times"}
_LEVELS = {"CAMPAIGN": "campaigns", "ADSET": "ad sets", "AD": "ads"}
_NAMES: dict[type, str] = {Campaign: "campaign", AdSet: "ad set", Ad: "ad"}


@dataclass(frozen=True)
class RuleLine:
    """One rule for a list. `does`: what it does to what, in words; `changes`: enabled and more than a message."""

    rule: NativeRule
    does: str
    when: str
    changes: bool


@dataclass(frozen=True)
class Touch:
    """A rule that may change an object or one above it. `sure`: Meta says so, or the rule names the object by id."""

    rule: NativeRule
    text: str
    sure: bool
    updated_time: datetime | None


def native_rules(account: AdAccount | Collection[AdAccount]) -> list[RuleLine]:
    """Those that still exist, enabled ones first. One look-up."""
    wanted = [account] if isinstance(account, AdAccount) else list(account)
    rows = NativeRule.objects.filter(account__in=wanted, deleted_at=None).select_related("account")
    lines = [RuleLine(rule, does(rule), when(rule), changes_objects(rule)) for rule in rows.order_by("name", "pk")]
    return sorted(lines, key=lambda line: not line.changes)


def native_rules_touching(node: Node) -> list[Touch]:
    """Meta's rules that may also change this campaign, ad set or ad, or one above it. One look-up for the rules.

    Conditions on figures are not judged: a rule that may match tomorrow is worth a warning today.
    """
    rules = [rule for rule in NativeRule.objects.filter(account=node.account, deleted_at=None) if changes_objects(rule)]
    return [touch for rule in rules for touch in _touches(rule, node)]


def _touches(rule: NativeRule, node: Node) -> Iterable[Touch]:
    for one in _with_parents(node):
        sure = one.meta_id in rule.governed_ids or one.meta_id in ids(rule)
        if sure or may_match(rule, one):
            what = f"this {_NAMES[type(node)]}" if one is node else f"its {_NAMES[type(one)]}"
            text = f"Meta's rule “{rule.name}” also {_verb(rule)} {what}, {when(rule)}."
            yield Touch(rule, text, sure, rule.updated_time)
            return


def _with_parents(node: Node) -> list[Node]:
    if isinstance(node, Ad):
        return [node, node.ad_set, node.campaign]
    return [node, node.campaign] if isinstance(node, AdSet) else [node]


def ids(rule: NativeRule) -> frozenset[str]:
    """Objects that the rule names by id."""
    values = [one.get("value") for one in filters(rule) if one.get("field") == "id"]
    return frozenset(str(one) for value in values for one in (value if isinstance(value, list) else [value]))


def _verb(rule: NativeRule) -> str:
    kind = str(fields.mapping(rule.execution_spec).get("execution_type", ""))
    return _WORDS.get(kind, f"acts ({kind.lower().replace('_', ' ')}) on")


def does(rule: NativeRule) -> str:
    """ "changes the budget of 2 named objects by 5 %"."""
    named, levels = ids(rule), entity_types(rule)
    if named:
        objects = "one named object" if len(named) == 1 else f"{len(named)} named objects"
    else:
        objects = " and ".join(_LEVELS.get(level, level.lower()) for level in sorted(levels)) or "unknown objects"
    return f"{_verb(rule)} {objects}{_amount(rule)}"


def _amount(rule: NativeRule) -> str:
    """The size of a change of budget or bid, from `change_spec` (amounts in minor units, reference 2.1)."""
    options = fields.listing(fields.mapping(rule.execution_spec).get("execution_options"))
    specs: list[dict[str, Any]] = [
        fields.mapping(one.get("value"))
        for one in options
        if isinstance(one, dict) and one.get("field") == "change_spec"
    ]
    amount = fields.whole(specs[0].get("amount")) if specs else None
    if amount is None:
        return ""
    if specs[0].get("unit") == "PERCENTAGE":
        return f" by {amount} %"
    return f" by {money_text(amount, rule.account.currency)}"


def when(rule: NativeRule) -> str:
    """ "once a day", "when something happens"."""
    if fields.mapping(rule.evaluation_spec).get("evaluation_type") == "TRIGGER":
        return "when something happens"
    return _SCHEDULES.get(str(fields.mapping(rule.schedule_spec).get("schedule_type")), "at times that Meta keeps")
