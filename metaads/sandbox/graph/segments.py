"""What rows can be broken down by, and how each ad's audience is spread over it (reference 4.1)."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from metaads.sandbox.graph.errors import GraphError
from metaads.sandbox.world import noise
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.types import Floats, Ints

HOURLY_BREAKDOWN = "hourly_stats_aggregated_by_advertiser_time_zone"
_PURPOSE = 31
SEEN, CLICKED, BOUGHT = 0, 1, 2
# How far ad sets differ (log) in who sees them, who of those clicks, and who of those buys.
_TASTES = (0.35, 0.20, 0.30)
_AGES = {"18-24": 0.14, "25-34": 0.30, "35-44": 0.25, "45-54": 0.17, "55-64": 0.09, "65+": 0.05}
_GENDERS = {"female": 0.54, "male": 0.43, "unknown": 0.03}
_PLATFORMS = {"facebook": 0.47, "instagram": 0.45, "audience_network": 0.06, "messenger": 0.02}
_POSITIONS = {
    "facebook": {"feed": 0.6, "facebook_reels": 0.25, "facebook_stories": 0.15},
    "instagram": {"feed": 0.45, "instagram_reels": 0.35, "instagram_stories": 0.20},
    "audience_network": {"an_classic": 1.0},
    "messenger": {"messenger_inbox": 1.0},
}
_DEVICES = {"mobile_app": 0.86, "mobile_web": 0.05, "desktop": 0.09}
_GADGETS = {"iphone": 0.46, "android_smartphone": 0.38, "ipad": 0.03, "android_tablet": 0.02, "desktop": 0.11}
_REGIONS = {
    "DE": ("Bayern", "Berlin", "Hamburg", "Hessen", "Nordrhein-Westfalen"), "FR": ("Bretagne", "Ile-de-France"),
    "NL": ("North Holland", "South Holland"), "AT": ("Tirol", "Wien"), "JP": ("Osaka", "Tokyo"),
    "US": ("California", "New York", "Texas"),
}  # fmt: skip
ALLOWED = frozenset(
    map(
        frozenset,
        (
            ("age",), ("gender",), ("age", "gender"), ("country",), ("region",), ("publisher_platform",),
            ("publisher_platform", "platform_position"), ("publisher_platform", "impression_device"),
            ("publisher_platform", "platform_position", "impression_device"), ("device_platform",),
            ("publisher_platform", "device_platform"), ("publisher_platform", "platform_position", "device_platform"),
            ("impression_device",), (HOURLY_BREAKDOWN,),
        ),
    )
)  # fmt: skip
# Where one person is counted in one part only; elsewhere the same person can be reached in several.
DISJOINT = frozenset({"age", "gender", "country", "region"})
OFFSITE_LEFT_OUT = frozenset({"region"})


@dataclass(frozen=True)
class Segments:
    """`labels`: one dict per part. `share`: (kinds, ad sets, parts) who sees, clicks and buys; rows sum to 1."""

    labels: tuple[dict[str, str], ...]
    share: Floats


def check(breakdowns: list[str]) -> None:
    """Error 2/1504041 for a combination that Meta does not offer. (The list of combinations: memory only.)"""
    if breakdowns and frozenset(breakdowns) not in ALLOWED:
        text = f"(#2) Current combination of data breakdown columns is invalid: {', '.join(breakdowns)}"
        raise GraphError(text, 2, 1_504_041)


def segments(account: Account, seed: int, breakdowns: list[str]) -> Segments:
    """The parts of a (valid) combination, and each ad set's spread over them; its own taste is hidden in the seed."""
    regional = {"country", "region"} & set(breakdowns)
    if regional:
        return _places(account, seed, "region" in regional)
    parts = [_VALUES[name] for name in breakdowns if name in _VALUES]
    labels, base = [], []
    for chosen in product(*(part.items() for part in parts)):
        names = [name for name in breakdowns if name in _VALUES]
        label = dict(zip(names, (value for value, _ in chosen), strict=True))
        weight = float(np.prod([share for _, share in chosen]))
        for position, part in _positions(label) if "platform_position" in breakdowns else [("", 1.0)]:
            labels.append(label | ({"platform_position": position} if position else {}))
            base.append(weight * part)
    allowed = np.array([[_may_see(s, label) for label in labels] for s in account.ad_sets], dtype=np.float64)
    return Segments(tuple(labels), _spread(account, seed, np.array(base) * allowed))


def _positions(label: dict[str, str]) -> list[tuple[str, float]]:
    return list(_POSITIONS[label["publisher_platform"]].items())


def _spread(account: Account, seed: int, base: Floats) -> Floats:
    """Shares with each ad set's own taste; who clicks and who buys is spread a little differently from who sees."""
    sets, parts = base.shape
    base[~base.any(axis=1), 0] = 1.0
    weight = base
    found = []
    for kind, strength in enumerate(_TASTES):
        key: Ints = np.arange(sets * parts, dtype=np.int64) + parts * 1_000_003
        taste = noise.normal_quantile(noise.hashed(seed, account.number, _PURPOSE + kind, 0, key)).reshape(sets, parts)
        weight = weight * np.exp(strength * taste)
        found.append(weight / weight.sum(axis=1, keepdims=True))
    return np.asarray(found, dtype=np.float64)


def _may_see(ad_set: AdSet, label: dict[str, str]) -> float:
    """1 where the ad set's targeting takes the part in, at least a little; 0 where it does not."""
    targeting, age, gender = ad_set.targeting, label.get("age"), label.get("gender")
    if age is not None:
        low, high = int(age.rstrip("+").split("-")[0]), 99 if age.endswith("+") else int(age.split("-")[1])
        if high < int(targeting.get("age_min", 18)) or low > int(targeting.get("age_max", 65)):
            return 0.0
    genders = targeting.get("genders") or [1, 2]
    return 0.0 if gender is not None and {"male": 1, "female": 2}.get(gender, genders[0]) not in genders else 1.0


def _places(account: Account, seed: int, regional: bool) -> Segments:
    """By country, or by country's region; an ad set delivers only in the countries that it names."""
    named = [list(s.targeting.get("geo_locations", {}).get("countries") or ["US"]) for s in account.ad_sets]
    pairs: list[tuple[str, str]] = []
    for country in sorted({one for many in named for one in many}):
        pairs += [(country, name) for name in (_REGIONS.get(country, ("Unknown",)) if regional else (country,))]
    base = np.array([[1.0 if country in many else 0.0 for country, _ in pairs] for many in named])
    key = "region" if regional else "country"
    return Segments(tuple({key: name} for _, name in pairs), _spread(account, seed, base))


_VALUES: dict[str, dict[str, float]] = {
    "age": _AGES,
    "gender": _GENDERS,
    "publisher_platform": _PLATFORMS,
    "device_platform": _DEVICES,
    "impression_device": _GADGETS,
}
