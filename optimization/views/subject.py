"""The campaign, ad set or ad that a page is about: what the mirror knows of it, and the way down to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404
from django.urls import reverse

from intelligence.metrics.mirror import LEARNING_WORDS
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from optimization.views import words
from optimization.views.delivery import Delivery, delivery_of
from optimization.views.listing import PAGES

Node = Campaign | AdSet | Ad


@dataclass(frozen=True)
class Crumb:
    """A step of the way down; `href` "" = here."""

    label: str
    href: str = ""


@dataclass(frozen=True)
class Fact:
    """One cell of the facts below the name. `tone`: that of a dot, "" = none."""

    label: str
    value: str
    note: str = ""
    tone: str = ""
    href: str = ""


@dataclass(frozen=True)
class Subject:
    """`node` comes with its account and parents loaded. `issues` are Meta's, as {title, message}."""

    level: Level
    node: Node

    @property
    def account(self) -> AdAccount:
        return self.node.account

    @property
    def meta_id(self) -> str:
        return self.node.meta_id

    @property
    def name(self) -> str:
        return self.node.name or self.node.meta_id

    @property
    def campaign(self) -> Campaign:
        return self.node if isinstance(self.node, Campaign) else self.node.campaign

    @property
    def ad_set(self) -> AdSet | None:
        """The ad set that it is, or is in; None for a campaign."""
        return self.node if isinstance(self.node, AdSet) else self.node.ad_set if isinstance(self.node, Ad) else None

    @property
    def family(self) -> tuple[str, ...]:
        """Meta ids of the subject and of what it is in."""
        nodes = (self.node, self.ad_set, self.campaign)
        return tuple(dict.fromkeys(node.meta_id for node in nodes if node))

    @property
    def inside(self) -> tuple[str, ...]:
        """Meta ids of what is in it: a campaign's ad sets and ads, an ad set's ads. At most two queries."""
        if isinstance(self.node, Ad):
            return ()
        ads = self.node.ads.values_list("meta_id", flat=True)
        sets = self.node.ad_sets.values_list("meta_id", flat=True) if isinstance(self.node, Campaign) else ()
        return (*sets, *ads)

    @property
    def delivery(self) -> Delivery:
        if self.node.deleted_at:
            return delivery_of("DELETED")
        learning = LEARNING_WORDS.get(self.ad_set.learning_status, "") if self.ad_set else ""
        return delivery_of(self.node.effective_status, learning)

    @property
    def issues(self) -> list[dict[str, str]]:
        return [issue_words(issue) for issue in self.node.issues if isinstance(issue, dict)]


def issue_words(issue: dict[str, Any]) -> dict[str, str]:
    """Meta's `issues_info` entry: `error_summary` and `error_message` (reference 3.6)."""
    summary = str(issue.get("error_summary") or issue.get("error_code") or "An issue")
    return {"title": summary, "message": str(issue.get("error_message") or "")}


MODELS: dict[Level, tuple[type[Node], tuple[str, ...]]] = {
    Level.CAMPAIGN: (Campaign, ("account__connection",)),
    Level.AD_SET: (AdSet, ("account__connection", "campaign")),
    Level.AD: (Ad, ("account__connection", "campaign", "ad_set", "creative")),
}


def find(level: Level, meta_id: str, user: User | AnonymousUser) -> Subject:
    """By Meta id, in the accounts that the user may see. Raises Http404 for any other."""
    model, loaded = MODELS[level]
    visible = AdAccount.objects.visible_to(user)
    node = model._default_manager.filter(account__in=visible, meta_id=meta_id).select_related(*loaded).first()
    if node is None:
        raise Http404(f"No such {level.label.lower()}.")
    return Subject(level, node)


def entity_href(level: str, meta_id: str) -> str:
    """Address of an entity's own page."""
    return reverse(PAGES[level], args=[meta_id])


def campaigns_of(account: AdAccount, level: str, ids: Iterable[str]) -> dict[str, str]:
    """Names of the campaigns that these ad sets or ads are in, by Meta id; empty for campaigns."""
    if level == Level.AD_SET:
        sets = AdSet.objects.filter(account=account, meta_id__in=set(ids))
        return dict(sets.values_list("meta_id", "campaign__name"))
    if level == Level.AD:
        ads = Ad.objects.filter(account=account, meta_id__in=set(ids))
        return dict(ads.values_list("meta_id", "campaign__name"))
    return {}


def crumbs(subject: Subject) -> list[Crumb]:
    """From all campaigns down to the subject."""
    above: list[Crumb] = [Crumb("Campaigns", f"{reverse('campaigns')}?account={subject.account.pk}")]
    nodes: list[tuple[Level, Node]] = [(Level.CAMPAIGN, subject.campaign)]
    if subject.ad_set:
        nodes.append((Level.AD_SET, subject.ad_set))
    above += [
        Crumb(node.name or node.meta_id, reverse(PAGES[level], args=[node.meta_id]))
        for level, node in nodes
        if node is not subject.node
    ]
    return [*above, Crumb(subject.name)]


def facts(subject: Subject, now: datetime, target_cpa: float | None, target_roas: float | None) -> list[Fact]:
    """Budget, learning, targets, bidding and times. Targets in the major unit, None = none set."""
    currency = subject.account.currency
    found = [_budget(subject)]
    if subject.ad_set:
        found.append(_learning(subject.ad_set))
    cpa = words.plain_amount(target_cpa, currency) if target_cpa is not None and words.known(target_cpa) else ""
    roas = words.ratio(target_roas) if target_roas is not None and words.known(target_roas) else ""
    said = ", ".join(part for part in (f"CPA {cpa}" if cpa else "", f"ROAS {roas}" if roas else "") if part)
    found.append(Fact("Target", said or "none set", "" if said else "rules that ask for a target stay silent"))
    found.append(Fact("Objective", plain(subject.campaign.objective), _bidding(subject)))
    created = subject.node.created_time
    found.append(Fact("Created", words.moment(created, subject.account) if created else "not told", _age(created, now)))
    return found


def _age(created: datetime | None, now: datetime) -> str:
    return words.ago(created, now) if created else ""


def _budget(subject: Subject) -> Fact:
    """The budget that it spends, with the level that carries it."""
    currency = subject.account.currency
    holders: list[tuple[str, Campaign | AdSet | None]] = [("ad set", subject.ad_set), ("campaign", subject.campaign)]
    for level, holder in holders:
        minor = (holder.daily_budget or holder.lifetime_budget) if holder else None
        if holder is None or not minor:
            continue
        per = "a day" if holder.daily_budget else "in all"
        elsewhere = "" if holder is subject.node else f"of its {level}, shared with its siblings"
        left = holder.budget_remaining
        note = elsewhere or (f"{words.money(left, currency)} left" if left is not None else "")
        return Fact("Budget", f"{words.money(minor, currency)} {per}", note)
    if subject.account.read_only:
        return Fact("Budget", "not told", "files name no budgets")
    return Fact("Budget", "on its ad sets", "each spends its own")


LEARNING_SAID: dict[str, tuple[str, str, str]] = {
    "LEARNING": ("Learning", "live", "Meta is still finding out; edits start it anew"),
    "FAIL": ("Learning limited", "watch", "too few results a week for Meta to learn from"),
    "SUCCESS": ("Out of learning", "good", ""),
}


def _learning(ad_set: AdSet) -> Fact:
    value, tone, note = LEARNING_SAID.get(ad_set.learning_status, ("not told", "", "Meta reports no learning stage"))
    results = getattr(ad_set, "learning_results", None)
    learning = ad_set.learning_status == "LEARNING" and results is not None
    told = f"{results} result{'' if results == 1 else 's'} since the last edit" if learning else ""
    return Fact("Learning", value, "; ".join(part for part in (told, note) if part), tone)


def _bidding(subject: Subject) -> str:
    own = subject.ad_set.bid_strategy if subject.ad_set else ""
    return plain(own or subject.campaign.bid_strategy, "")


def plain(code: str, otherwise: str = "not told") -> str:
    """Meta's OUTCOME_SALES as people read it."""
    text = code.removeprefix("OUTCOME_").replace("_", " ").lower()
    return text[:1].upper() + text[1:] if text else otherwise
