"""What Meta itself writes into the change history as time goes on: reviews that end, learning that ends."""

import numpy as np

from metaads.sandbox.world import activity, learning, reviews
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.types import Ints


def note(account: Account, learning_before: Ints) -> None:
    """After a step: `learning_before` is the column as it was. Reviews say themselves when they ended."""
    reviews.settle(account)
    now = account.live.learning
    left = np.flatnonzero((learning_before == learning.LEARNING) & (now != learning.LEARNING))
    for index in left.tolist():
        extra = {"old_value": "LEARNING", "new_value": learning.WORDS[int(now[index])]}
        event = "di_ad_set_learning_stage_exit"
        activity.log(account, account.simulated_to, event, account.ad_sets[index], extra, activity.META)
