"""What the builder's templates are given, and what is said after saving."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.form import write
from optimization.rules.form.fields import Known
from optimization.rules.form.flat import DAYS, MODES, MODES_SAY, OBJECTIVES, PATHS, STATUSES
from optimization.rules.static_conflicts import conflicts_of
from optimization.trial.rollout import WAITS
from optimization.views.builder_desk import Desk
from optimization.views.builder_face import LEVELS, Choice, Face, control_id
from optimization.views.builder_found import FoundNow, find
from optimization.views.live import version_of
from optimization.views.rule_tree import text_lines
from optimization.views.rule_versions import changed_lines
from optimization.views.rule_words import document_of

USUAL_LISTS = {"filters.status": STATUSES, "filters.objective": OBJECTIVES}
PARTS = {
    "filters": ("filters.",),
    "schedule": ("schedule.",),
    "limits": ("safety.cooldown_hours", "safety.max", "holdout_percent"),
}


MOST_CONFLICTS = 3
IDENTITY = frozenset({"name", "category", "priority", "tags"})


def as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def context_of(desk: Desk) -> dict[str, Any]:
    face = Face(desk.draft, desk.currency, desk.about.level, desk.wrong)
    context = looked(desk) if desk.looked else {"desk": desk, "rule": desk.rule, "account": desk.account}
    return context | {
        "page": "rules",
        "version": version_of(desk.scope),
        "face": face,
        "about": desk.about,
        "currency": desk.currency,
        "summary": desk.summary(),
        "problems": [(control_id(one.path) if one.path else "", one.message) for one in desk.problems],
        "wrong": {name.replace(".", "_"): texts for name, texts in desk.wrong.items()},
        "focus": control_id(desk.focus) if desk.focus else "",
        "catalog": [_entry(one) for one in face.known],
        "fields": face.known,
        "moved": _moved(desk) if desk.moved else None,
        "flat": {path.replace(".", "_"): face.flat(path) for path in FLAT_SHOWN},
        "lists": {path.removeprefix("filters."): _list(face.held(path), usual) for path, usual in USUAL_LISTS.items()},
        "days": _list(face.held("schedule.weekdays"), DAYS),
        "modes": _modes(face),
        "unfolded": {name: _said(desk, paths) for name, paths in PARTS.items()},
        "levels": LEVELS,
        "categories": Rule.Category.choices,
        "zones": sorted(available_timezones()),
        "action": reverse("rule-edit", args=[desk.rule.public_id]) if desk.rule else reverse("rule-new"),
        "several": len({account.currency for account in desk.accounts}) > 1,
        "rollout": face.flat("safety.rollout_percent").value,
        "looked": desk.looked,
    }


FLAT_SHOWN = (
    "default_window", "filters.name_contains", "filters.name_matches", "filters.campaign_ids", "filters.parent_ids",
    "filters.tags", "filters.without_tags", "schedule.every", "schedule.at", "schedule.active_hours.from",
    "schedule.active_hours.to", "schedule.zone", "safety.cooldown_hours", "safety.max_changes_per_day",
    "safety.max_change_percent", "safety.rollout_percent", "holdout_percent",
)  # fmt: skip


def _entry(one: Known) -> dict[str, Any]:
    """For the script: what it needs to search the fields and to follow a choice."""
    return {
        "name": one.name, "label": one.label, "group": one.group, "kind": one.kind, "unit": one.unit,
        "says": one.says, "windowed": bool(one.windows),
    }  # fmt: skip


def _list(held: Sequence[str], usual: Mapping[str, str] | Sequence[str]) -> list[Choice]:
    """The usual values and whatever else the rule names."""
    labels = usual if isinstance(usual, Mapping) else {one: one.replace("_", " ").capitalize() for one in usual}
    keys = dict.fromkeys([*labels, *held])
    return [Choice(key, labels.get(key, key), key in held) for key in keys]


def _modes(face: Face) -> list[tuple[Choice, str]]:
    chosen = face.flat("mode").value
    says = {**MODES_SAY, "automatic": f"{MODES_SAY['automatic']} {WAITS}"}
    return [(Choice(key, label, key == chosen), says[key]) for key, label in MODES]


def _said(desk: Desk, paths: Sequence[str]) -> bool:
    """Whether a folded part says anything out of the usual, or something in it is wrong."""
    written = [path for path, texts in desk.draft.flat.items() if texts != [PATHS[path].usual]]
    named = [*written, *(name.removeprefix("d.") for name in desk.wrong)]
    return any(name.startswith(path) for name in named for path in paths)


def _moved(desk: Desk) -> dict[str, Any]:
    """Somebody saved in between: who, and what mine would change in theirs."""
    rule = desk.rule
    if rule is None:
        return {}
    rule.refresh_from_db()
    theirs = text_lines(document_of(rule), rule.level, desk.currency)
    mine = text_lines(write(desk.draft).document, desk.about.level, desk.currency)
    return {"rule": rule, "by": rule.current.created_by if rule.current else None, "lines": changed_lines(theirs, mine)}


def looked(desk: Desk) -> dict[str, Any]:
    """The side: the summary, what is missing, and what the rule would find now."""
    sound = desk.check()
    context: dict[str, Any] = {
        "desk": desk,
        "rule": desk.rule,
        "about": desk.about,
        "account": desk.account,
        "summary": desk.summary(),
        "problems": [(control_id(one.path) if one.path else "", one.message) for one in desk.problems],
    }
    answer = find(desk) if sound or not _stops(desk) else ""
    return context | ({"found": answer} if isinstance(answer, FoundNow) else {"refused": answer})


def _stops(desk: Desk) -> bool:
    """Whether the document itself is at fault: a missing name or account stops no look at the matches."""
    return any(one.path not in IDENTITY for one in desk.problems)


def tell(request: HttpRequest, rule: Rule, switched: bool, accounts: Sequence[AdAccount]) -> None:
    """After saving: what will happen next, and which rules it can work against."""
    if switched:
        said = (
            "is saved and on. It first runs dry: with the next data it shows what it would do, and only then it acts."
        )
    elif rule.active:
        said = "is saved. It is on: the new text counts from the next data."
    else:
        said = "is saved as a draft. It is off and does nothing until you switch it on."
    messages.success(request, f"{rule.name} {said}")
    found = conflicts_of(accounts, rule.level, document_of(rule), rule)
    for conflict in found[:MOST_CONFLICTS]:
        messages.warning(request, str(conflict))
    if len(found) > MOST_CONFLICTS:
        messages.warning(request, f"And {len(found) - MOST_CONFLICTS} more rules that it can work against.")
