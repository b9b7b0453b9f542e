"""Targeting with something changed: read-modify-write of what Meta gives, all else as it was. Pure."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from optimization.value_words import excluded

DEFAULT_AGES = (18, 65)
GENDERS: dict[str, list[int]] = {"men": [1], "women": [2]}


def ages(targeting: Mapping[str, Any]) -> tuple[int, int]:
    """Youngest and oldest; Meta means 18 and 65 where none is given."""
    return targeting.get("age_min", DEFAULT_AGES[0]), targeting.get("age_max", DEFAULT_AGES[1])


def changed(targeting: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The targeting with what was asked for (`kinds.adjust_audience.Audience`); the old one is not touched."""
    made = deepcopy(dict(targeting))
    made |= {name: asked[name] for name in ("age_min", "age_max") if asked.get(name) is not None}
    if asked.get("genders") == "all":
        made.pop("genders", None)
    elif asked.get("genders"):
        made["genders"] = GENDERS[asked["genders"]]
    if asked.get("countries"):
        made["geo_locations"] = {**(made.get("geo_locations") or {}), "countries": list(asked["countries"])}
    if asked.get("exclude") or asked.get("include_again"):
        _exclude(made, asked)
    if asked.get("advantage_audience"):
        flag = int(asked["advantage_audience"] == "on")
        made["targeting_automation"] = {**(made.get("targeting_automation") or {}), "advantage_audience": flag}
    return made


def _exclude(made: dict[str, Any], asked: Mapping[str, Any]) -> None:
    """Rows that stay keep what Meta gave with them, such as their names."""
    gone, have = set(asked.get("include_again") or ()), set(excluded(made))
    rows = made.get("excluded_custom_audiences") or []
    kept = [row for row in rows if str(row.get("id") if isinstance(row, Mapping) else row) not in gone]
    more = [{"id": one} for one in asked.get("exclude") or () if one not in have]
    made["excluded_custom_audiences"] = kept + more
    if not made["excluded_custom_audiences"]:
        del made["excluded_custom_audiences"]


def asked_text(asked: Mapping[str, Any]) -> str:
    """ "from age 25, to age 54, excluding 2 audiences" """
    said = [
        f"{words} {asked[name]}"
        for name, words in (("age_min", "from age"), ("age_max", "to age"))
        if asked.get(name) is not None
    ]
    if asked.get("genders"):
        said.append("all genders" if asked["genders"] == "all" else str(asked["genders"]))
    if asked.get("countries"):
        said.append(f"in {', '.join(asked['countries'])}")
    for name, word in (("exclude", "excluding"), ("include_again", "no longer excluding")):
        if asked.get(name):
            said.append(f"{word} {len(asked[name])} audience{'' if len(asked[name]) == 1 else 's'}")
    if asked.get("advantage_audience"):
        said.append(f"Advantage+ audience {asked['advantage_audience']}")
    return ", ".join(said)
