"""`/act_X/activities`: who changed what (reference 4.3); newest first, seven days back unless asked otherwise."""

import json
from typing import Any

from metaads.sandbox.graph import known
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import invalid, unknown_field
from metaads.sandbox.graph.known import names
from metaads.sandbox.graph.paging import page
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.activity import Activity

_WEEK = 7 * 86_400
_DEFAULT = ["event_time", "event_type", "object_id", "object_name", "object_type", "actor_id", "actor_name"]
_CATEGORY_OF_TYPE = {"ACCOUNT": "ACCOUNT", "CAMPAIGN": "CAMPAIGN", "ADSET": "AD_SET", "AD": "AD", "CREATIVE": "AD"}
# Part of an event's name -> the further category that it belongs to.
_CATEGORY_OF_NAME = (
    ("budget", "BUDGET"), ("bid", "BID"), ("run_status", "STATUS"), ("target_spec", "TARGETING"), ("duration", "DATE"),
    ("schedule", "DATE"), ("audience", "AUDIENCE"),
)  # fmt: skip
CATEGORIES = names("ACCOUNT AD AD_KEYWORDS AD_SET AUDIENCE BID BUDGET CAMPAIGN DATE STATUS TARGETING")


def activities(view: View, call: Call) -> dict[str, Any]:
    """One page; `since` and `until` (dates or Unix), `category`, `oid`, `extra_oids`, `add_children`, `uid` narrow."""
    wanted = call.words("fields") or _DEFAULT
    for name in wanted:
        if name not in known.ACTIVITY:
            raise unknown_field(name, "AdActivity")
    since, until = call.moment("since", view.now - _WEEK), call.moment("until", view.now)
    category, objects, person = _category(call), _objects(view, call), call.text("uid")
    rows = [
        one
        for one in sorted(view.account.activities, key=lambda a: a.at, reverse=True)
        if since <= one.at <= until
        and (not category or category in _categories(one))
        and (not objects or one.object_id in objects)
        and (not person or one.actor_id == person)
    ]
    return page(call, rows, lambda one: _row(view, one, wanted))


def _category(call: Call) -> str:
    category = call.text("category")
    if category and category not in CATEGORIES:
        raise invalid(f"category must be one of the following values: {', '.join(sorted(CATEGORIES))}", "category")
    return category


def _categories(one: Activity) -> set[str]:
    found = {category for part, category in _CATEGORY_OF_NAME if part in one.event_type}
    return found | {_CATEGORY_OF_TYPE.get(one.object_type, "")}


def _objects(view: View, call: Call) -> set[str]:
    """The object ids asked for; with `add_children` also those below them. Empty: all."""
    asked = {*call.words("extra_oids"), *call.words("oid")}
    if not asked or not call.truth("add_children"):
        return asked
    account = view.account
    sets = [s for s in account.ad_sets if s.id in asked or account.campaigns[s.campaign].id in asked]
    below = {s.index for s in sets}
    return asked | {s.id for s in sets} | {a.id for a in account.ads if a.ad_set in below}


def _row(view: View, one: Activity, wanted: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "event_time": view.time(one.at),
        "event_type": one.event_type,
        "translated_event_type": one.event_type.replace("_", " ").capitalize(),
        "actor_id": one.actor_id,
        "actor_name": one.actor_name,
        "application_id": one.application_id,
        "application_name": one.application_name,
        "object_id": one.object_id,
        "object_name": one.object_name,
        "object_type": one.object_type,
        "extra_data": json.dumps(one.extra),
        "date_time_in_timezone": view.account.local(one.at).strftime("%m/%d/%Y at %I:%M %p"),
    }
    return {name: found[name] for name in wanted if name in found}
