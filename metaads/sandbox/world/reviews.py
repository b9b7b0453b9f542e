"""Meta's review of ads: a new ad, or one with a new creative, waits before it delivers; a few are turned down."""

from metaads.sandbox.world import activity
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.heredity import keyed
from metaads.sandbox.world.nodes import Ad

_DECLINED = 0.03
_TYPICAL_MINUTES = 25.0
_LONGEST_MINUTES = 240.0
_BUSY_SECONDS = 20


def begin(account: Account, seed: int, ad: Ad, at: int) -> None:
    """Sends the ad to review. A creative that another ad was approved with is approved again."""
    random = keyed(account, seed, "review", ad.id, ad.creative)
    minutes = min(5.0 + float(random.exponential(_TYPICAL_MINUTES)), _LONGEST_MINUTES)
    declined = float(random.random()) < _DECLINED
    siblings = [a for a in account.ads if a.creative == ad.creative and a is not ad and a.review_until <= at]
    if siblings:
        declined = any(a.review for a in siblings)
    ad.review = "DISAPPROVED" if declined else ""
    ad.review_until = at + round(minutes * 60)
    ad.busy_until = at + _BUSY_SECONDS
    account.in_review.append(ad.index)


def settle(account: Account) -> None:
    """Writes into the history which reviews have ended by the end of the last step."""
    waiting = []
    for index in account.in_review:
        ad = account.ads[index]
        if ad.review_until > account.simulated_to:
            waiting.append(index)
            continue
        event = "ad_review_declined" if ad.review else "ad_review_approved"
        activity.log(account, ad.review_until, event, ad, {}, activity.META)
    account.in_review = waiting
