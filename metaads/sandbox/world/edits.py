"""What an accepted change does to an object: values, time stamps, budget history, review, learning phase."""

from typing import Any

from metaads.sandbox.world import activity, heredity, learning, reviews, settings
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative, Node

_MONEY = ("daily_budget", "lifetime_budget", "bid_amount")
BUDGETS = ("daily_budget", "lifetime_budget")
# What always restarts learning (reference 6.5); money does when the change is large.
_SIGNIFICANT = frozenset({"bid_strategy", "targeting", "optimization_goal", "promoted_object", "bid_constraints"})
_CAPPED = ("LOWEST_COST_WITH_BID_CAP", "COST_CAP")
_BUSY = frozenset({"targeting", "optimization_goal", "creative"})
_BUSY_SECONDS = 20


def apply(account: Account, node: Node | Creative, changes: dict[str, Any], at: int, seed: int = 0) -> None:
    """Sets validated values (money in minor units) at Unix second `at`. Unchanged values change nothing."""
    real = {name: value for name, value in changes.items() if getattr(node, name, None) != value}
    if isinstance(node, AdSet) and any(name in changes for name in BUDGETS):
        node.budget_changes = [t for t in node.budget_changes if t > at - 3600] + [at]
    touched = [] if isinstance(node, Creative) else _learners(account, node, real, at)
    if isinstance(node, Campaign):
        _hand_down(account, node, real.pop("adset_budgets", {}), at)
        _bid(account, real.pop("adset_bid_amounts", {}), at)
    for name, value in real.items():
        setattr(node, name, value)
    _settle_bids(account, node, real)
    _afterwards(account, node, real, at, seed)
    restart(account, touched, at)
    settings.forget(account)


def _afterwards(account: Account, node: Node | Creative, real: dict[str, Any], at: int, seed: int) -> None:
    if isinstance(node, Creative) or not real:
        return
    if isinstance(node, AdSet) and "status" in real:
        node.paused_at = None if node.status == "ACTIVE" else at
    # `updated_time` of a campaign does not move with its budget or its cap (reference 2.2).
    if not (isinstance(node, Campaign) and set(real) <= {*BUDGETS, "spend_cap"}):
        node.updated = at
    if _BUSY & set(real):
        node.busy_until = at + _BUSY_SECONDS
        node.issue = "" if node.issue == "failed_processing" else node.issue
    if isinstance(node, Ad) and "creative" in real:
        reviews.begin(account, seed, node, at)
        _renew(account, node, seed)
    if isinstance(node, AdSet) and "targeting" in real:
        _retarget(account, node, seed)


def _hand_down(account: Account, campaign: Campaign, budgets: dict[str, int], at: int) -> None:
    """The campaign's budget ends and each ad set gets its own (minor units, by id; reference 6.2)."""
    if not budgets:
        return
    lifetime = campaign.lifetime_budget is not None
    for ad_set in account.ad_sets:
        if ad_set.id in budgets:
            name = "lifetime_budget" if lifetime else "daily_budget"
            activity.note(account, at, ad_set, {name: None}, {name: budgets[ad_set.id]}, activity.META)
            setattr(ad_set, name, budgets[ad_set.id])
            ad_set.bid_strategy = campaign.bid_strategy
    campaign.daily_budget = campaign.lifetime_budget = campaign.bid_strategy = None


def _bid(account: Account, bids: dict[str, int], at: int) -> None:
    """Each ad set gets its bid amount (minor units, by id) when a campaign goes over to manual bidding."""
    for ad_set in account.ad_sets:
        if ad_set.id in bids:
            before, after = {"bid_amount": ad_set.bid_amount}, {"bid_amount": bids[ad_set.id]}
            activity.note(account, at, ad_set, before, after, activity.META)
            ad_set.bid_amount = bids[ad_set.id]


def _settle_bids(account: Account, node: Node | Creative, real: dict[str, Any]) -> None:
    """Another strategy: amounts and ROAS floors that it does not use are forgotten, or they would go on to cap."""
    strategy = real.get("bid_strategy")
    if strategy is None or not isinstance(node, Campaign | AdSet):
        return
    for ad_set in account.ad_sets:
        mine = ad_set.campaign == node.index if isinstance(node, Campaign) else ad_set is node
        if not mine:
            continue
        if isinstance(node, Campaign):
            ad_set.bid_strategy = strategy
        if strategy not in _CAPPED:
            ad_set.bid_amount = None
        if strategy != "LOWEST_COST_WITH_MIN_ROAS":
            ad_set.bid_constraints = None


def _renew(account: Account, ad: Ad, seed: int) -> None:
    """Another creative is another ad to those who see it: its quality is drawn anew, nobody is tired of it."""
    for name, value in heredity.ad_truth(account, seed, ad).items():
        getattr(account.truth, name)[ad.index] = value
    account.live.exposure[ad.index] = 0.0
    account.live.click_log[ad.index] = 0.0


def _retarget(account: Account, ad_set: AdSet, seed: int) -> None:
    """Other people: the levels of the ad set are drawn for them, and its ads move with them."""
    ad_set.crowd = ad_set.index
    for name, value in heredity.audience_truth(account, seed, ad_set).items():
        getattr(account.truth, name)[ad_set.index] = value
    account.live.set_exposure[ad_set.index] = 0.0
    for ad in account.ads:
        if ad.ad_set == ad_set.index:
            _renew(account, ad, seed)


def _learners(account: Account, node: Node, real: dict[str, Any], at: int) -> list[int]:
    """Ad sets whose learning a change will restart; asked before it is made."""
    if isinstance(node, Ad):
        return [node.ad_set] if _joins(account, node, real) else []
    if not _restarts_learning(node, real, at):
        return []
    if isinstance(node, AdSet):
        return [node.index]
    return [ad_set.index for ad_set in account.ad_sets if ad_set.campaign == node.index]


def _joins(account: Account, ad: Ad, real: dict[str, Any]) -> bool:
    """Another creative, or an ad that was never shown and is switched on: as good as adding an ad."""
    fresh = not account.daily[: account.days, ad.index, Metric.IMPRESSIONS].any()
    return "creative" in real or (real.get("status") == "ACTIVE" and bool(fresh))


def _restarts_learning(node: Campaign | AdSet, real: dict[str, Any], at: int) -> bool:
    if (_SIGNIFICANT | {"adset_budgets", "adset_bid_amounts"}) & set(real):
        return True
    if any(
        learning.is_significant(getattr(node, name), real[name])
        for name in _MONEY
        if hasattr(node, name) and name in real
    ):
        return True
    long_pause = isinstance(node, AdSet) and node.paused_at is not None and at - node.paused_at >= learning.LONG_PAUSE
    return long_pause and real.get("status") == "ACTIVE"


def restart(account: Account, ad_sets: list[int], at: int) -> None:
    """These ad sets learn anew from now (where learning applies at all); the history says so."""
    live = account.live
    for index in ad_sets:
        before = int(live.learning[index])
        if before == learning.NONE or live.since[index] == at:
            continue
        live.learning[index] = learning.LEARNING
        live.results[index] = 0.0
        live.since[index] = at
        if before != learning.LEARNING:
            extra = {"old_value": learning.WORDS[before], "new_value": learning.WORDS[learning.LEARNING]}
            event = "update_ad_set_learning_stage_status"
            activity.log(account, at, event, account.ad_sets[index], extra, activity.META)
