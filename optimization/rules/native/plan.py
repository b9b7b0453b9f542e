"""One native rule as a document of ours, or what stands in the way."""

from dataclasses import dataclass
from typing import Any

from metaads.models import AdAccount, Level, NativeRule
from optimization.models import Rule
from optimization.rules.native.execution import read_action, read_safety, read_schedule
from optimization.rules.native.filters import Meant, read_filters
from optimization.rules.native.reading import Reading, mapping
from optimization.rules.schema import RuleInvalid, parse
from optimization.rules.summary import summarise

CATEGORIES = {"pause": "loss_prevention", "decrease_budget": "loss_prevention", "notify_only": "loss_prevention"}


@dataclass(frozen=True)
class NativePlan:
    """`document` is None if a part has no exact counterpart; `problems` name each such part.

    `tagged`: objects that Meta's rule names by id and that get the tag `tag`, by which ours finds them. `rule`: the one
    that was made of it earlier. `says`: in plain words.
    """

    native: NativeRule
    level: str
    category: str
    document: dict[str, Any] | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    tagged: tuple[str, ...] = ()
    says: str = ""
    rule: Rule | None = None

    @property
    def exact(self) -> bool:
        return self.document is not None

    @property
    def tag(self) -> str:
        return f"meta rule {self.native.meta_id}"


def mark_of(native: NativeRule) -> str:
    """The tag of the rule that was made of it."""
    return f"native:{native.meta_id}"


def plans_of(account: AdAccount) -> list[NativePlan]:
    """All native rules that still exist, by name."""
    rows = NativeRule.objects.filter(account=account, deleted_at=None).select_related("account")
    made = _made(account)
    return [plan_of(native, made.get(mark_of(native))) for native in rows.order_by("name", "pk")]


def _made(account: AdAccount) -> dict[str, Rule]:
    rules = Rule.objects.filter(accounts=account, archived_at=None).order_by("-pk")
    return {tag: rule for rule in rules for tag in rule.tags if isinstance(tag, str) and tag.startswith("native:")}


def plan_of(native: NativeRule, rule: Rule | None = None) -> NativePlan:
    """The translation. Either the whole rule is said exactly, or no document comes out."""
    reading = Reading(native)
    if mapping(native.evaluation_spec).get("evaluation_type") != "SCHEDULE":
        reading.fault("It waits for something to happen at Meta; rules here look at times.")
    execution = str(mapping(native.execution_spec).get("execution_type", ""))
    meant = read_filters(reading, execution)
    actions = read_action(reading, meant)
    kind = str(actions[0]["kind"]) if actions else ""
    safety = read_safety(reading)
    schedule = read_schedule(reading, safety, kind)
    made = _document(reading, meant, actions, schedule, safety)
    says = _checked(reading, made, meant.level)
    tagged = tuple(meant.ids) if meant.level != Level.CAMPAIGN else ()
    if tagged and not reading.problems:
        named = "one object by id; it gets" if len(tagged) == 1 else f"{len(tagged)} objects by id; they get"
        reading.note(f"It names {named} the tag “meta rule {native.meta_id}”.")
    return NativePlan(
        native=native,
        level=meant.level,
        category=CATEGORIES.get(kind, "scaling"),
        document=None if reading.problems else made,
        problems=tuple(reading.problems),
        notes=tuple(reading.notes),
        tagged=tagged,
        says=says,
        rule=rule,
    )


def _document(
    reading: Reading, meant: Meant, actions: list[dict[str, Any]], schedule: dict[str, Any], safety: dict[str, Any]
) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    conditions = list(meant.conditions)
    if meant.statuses:
        filters["status"] = meant.statuses
    if meant.ids and meant.level == Level.CAMPAIGN:
        filters["campaign_ids"] = meant.ids
    elif meant.ids:
        filters["tags"] = [f"meta rule {reading.native.meta_id}"]
    if not conditions:
        conditions.append({"field": "effective_status", "operator": "not_in", "value": ["DELETED", "ARCHIVED"]})
    made: dict[str, Any] = {
        "default_window": meant.window or "7d",
        "filters": filters,
        "metrics": meant.metrics,
        "conditions": {"all": conditions},
        "actions": actions,
        "mode": "automatic" if actions and actions[0]["kind"] == "notify_only" else "approval_required",
        "schedule": schedule,
        "safety": safety,
    }
    return {key: value for key, value in made.items() if value or key == "conditions"}


def _checked(reading: Reading, made: dict[str, Any], level: str) -> str:
    """In words; what our own rules refuse is a problem like any other."""
    if reading.problems:
        return ""
    try:
        return summarise(parse(made, level), reading.currency, level)
    except RuleInvalid as invalid:
        for problem in invalid.problems:
            reading.fault(str(problem))
        return ""
