"""Where an offline sale belongs: from the ids that were given to campaign, ad set and ad, by the mirror."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from metaads.models import Ad, AdAccount, AdSet, Campaign

_BATCH = 500


class Given(Protocol):
    @property
    def campaign_id(self) -> str: ...
    @property
    def ad_set_id(self) -> str: ...
    @property
    def ad_id(self) -> str: ...


@dataclass(frozen=True)
class Place:
    """Ids as far up as is known. `problem`: it belongs to nothing we know. `contradiction`: its ids are no family."""

    campaign_id: str = ""
    ad_set_id: str = ""
    ad_id: str = ""
    problem: str = ""
    contradiction: str = ""


@dataclass(frozen=True)
class Family:
    """The entities of one account that some row names: ad -> (ad set, campaign), ad set -> campaign, campaigns."""

    ads: Mapping[str, tuple[str, str]]
    ad_sets: Mapping[str, str]
    campaigns: frozenset[str]

    def place(self, campaign_id: str, ad_set_id: str, ad_id: str) -> Place:
        given = {"campaign": campaign_id, "ad set": ad_set_id, "ad": ad_id}
        if not any(given.values()):
            return Place(problem="It names no campaign, ad set or ad.")
        lowest = next(name for name in ("ad", "ad set", "campaign") if given[name])
        known = {"ad": self.ads, "ad set": self.ad_sets, "campaign": self.campaigns}[lowest]
        if given[lowest] not in known:
            return Place(campaign_id, ad_set_id, ad_id, problem=f"The account has no {lowest} {given[lowest]}.")
        found = self._whole(lowest, given[lowest])
        real = {"campaign": found.campaign_id, "ad set": found.ad_set_id, "ad": found.ad_id}
        wrong = next((name for name, one in given.items() if one and one != real[name]), "")
        if wrong:
            return Place(contradiction=f"The {lowest} {given[lowest]} is not in the {wrong} {given[wrong]}.")
        return found

    def _whole(self, lowest: str, one: str) -> Place:
        if lowest == "ad":
            ad_set_id, campaign_id = self.ads[one]
            return Place(campaign_id, ad_set_id, one)
        if lowest == "ad set":
            return Place(self.ad_sets[one], one)
        return Place(one)


def family_of(account: AdAccount, rows: Iterable[Given]) -> Family:
    """Deleted entities included: a sale may be of an ad that is gone."""
    given = list(rows)
    ads: dict[str, tuple[str, str]] = {}
    ad_sets: dict[str, str] = {}
    campaigns: set[str] = set()
    for ids in _batches({row.ad_id for row in given}):
        found = Ad.objects.filter(account=account, meta_id__in=ids)
        ads |= {
            ad: (own, above) for ad, own, above in found.values_list("meta_id", "ad_set__meta_id", "campaign__meta_id")
        }
    for ids in _batches({row.ad_set_id for row in given}):
        ad_sets |= dict(
            AdSet.objects.filter(account=account, meta_id__in=ids).values_list("meta_id", "campaign__meta_id")
        )
    for ids in _batches({row.campaign_id for row in given}):
        campaigns |= set(Campaign.objects.filter(account=account, meta_id__in=ids).values_list("meta_id", flat=True))
    return Family(ads, ad_sets, frozenset(campaigns))


def _batches(ids: set[str]) -> Iterable[list[str]]:
    wanted = sorted(ids - {""})
    return [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
