"""Builds an account as it stands on the first day of its history."""

import numpy as np

from metaads.sandbox.world import breadth, characters, learning, native_rules, noise, own_events
from metaads.sandbox.world.account import Account, Live, Pending, empty_daily, empty_hourly
from metaads.sandbox.world.money import friendly
from metaads.sandbox.world.names import STAGES, VOCABULARIES, Vocabulary, ad_name, ad_set_name, campaign_name
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative, object_id
from metaads.sandbox.world.options import Market, WorldOptions, market
from metaads.sandbox.world.shapes import SHAPES

_DAY = 86_400
_STRUCTURE = 9
_OBJECTIVES = (
    ("OUTCOME_SALES",) * 14 + ("OUTCOME_TRAFFIC",) * 3 + ("OUTCOME_LEADS", "OUTCOME_ENGAGEMENT", "OUTCOME_AWARENESS")
)
_GOALS = {
    "OUTCOME_SALES": ("OFFSITE_CONVERSIONS", "PURCHASE"),
    "OUTCOME_TRAFFIC": ("LINK_CLICKS", ""),
    "OUTCOME_LEADS": ("LEAD_GENERATION", "LEAD"),
    "OUTCOME_ENGAGEMENT": ("POST_ENGAGEMENT", ""),
    "OUTCOME_AWARENESS": ("REACH", ""),
}


class Builder:
    """What the parts of an account's creation share. `start`: first moment of history, `live`: its last."""

    def __init__(self, options: WorldOptions, number: int, start: int, live: int) -> None:
        self.options, self.number, self.start, self.live = options, number, start, live
        self.market: Market = market(number)
        self.words: Vocabulary = VOCABULARIES[self.market.vocabulary]
        self.random = noise.stream(options.seed, number, _STRUCTURE, 0)
        self.order = self.words.order * options.orders
        self.account_id = str(101_550_000_000_000 + number * 7_919_001_013 + options.seed % 7919)

    def campaigns(self) -> list[Campaign]:
        return [self._campaign(i) for i in range(self.options.campaigns)]

    def _campaign(self, i: int) -> Campaign:
        objective = self.options.objective or _OBJECTIVES[(i * 7) % len(_OBJECTIVES)]
        stage = STAGES[i % len(STAGES)]
        shared = i % 5 in (1, 3)
        age = int(self.random.integers(self.options.history_days + 5, 240)) * _DAY
        created = self.live - age + int(self.random.integers(0, _DAY))
        name = campaign_name(self.words, i, stage, objective, shared)
        budget = self._budget(float(self.random.lognormal(np.log(330), 0.4))) if shared else None
        return Campaign(
            id=object_id("campaign", self.number, i),
            index=i,
            name=name,
            objective=objective,
            created=created,
            updated=created,
            start=created,
            status="PAUSED" if i % 10 == 9 else "ACTIVE",
            daily_budget=budget,
            bid_strategy="LOWEST_COST_WITHOUT_CAP" if shared else None,
        )

    def _budget(self, euros: float) -> int:
        return friendly(euros * self.options.budgets, self.market)

    def ad_sets(self, campaigns: list[Campaign]) -> list[AdSet]:
        return [self._ad_set(i, campaigns[i % len(campaigns)]) for i in range(self.options.ad_sets)]

    def _ad_set(self, i: int, campaign: Campaign) -> AdSet:
        stage = STAGES[campaign.index % len(STAGES)]
        place = i // self.options.campaigns
        goal, event = _GOALS[campaign.objective]
        created = max(campaign.created, self.live - characters.ad_set_age(self.random, i))
        budget = self._budget(breadth.USUAL * float(breadth.uneven(self.random, breadth.BUDGETS, 1)[0]))
        ad_set = AdSet(
            id=object_id("adset", self.number, i),
            index=i,
            campaign=campaign.index,
            name=ad_set_name(self.words, campaign.index, place, stage),
            created=created,
            updated=created,
            start=created,
            optimization_goal=goal,
            event=event,
            status="PAUSED" if i % 13 == 12 else "ACTIVE",
            daily_budget=None if campaign.daily_budget else budget,
            targeting=self._targeting(campaign.index, stage),
            crowd=i,
            dsa_payor=self._advertiser(),
            dsa_beneficiary=self._advertiser(),
        )
        self._special(ad_set, campaign, budget)
        return ad_set

    def _special(self, ad_set: AdSet, campaign: Campaign, budget: int) -> None:
        """A few ad sets have a cost cap, a few a lifetime budget."""
        if campaign.daily_budget:
            ad_set.bid_strategy = campaign.bid_strategy
        elif ad_set.index % 17 == 5 and campaign.objective == "OUTCOME_SALES":
            ad_set.bid_strategy = "COST_CAP"
            ad_set.bid_amount = friendly(self.order * 0.4, self.market)
        elif ad_set.index % 19 == 7:
            ad_set.end = self.live + 12 * _DAY
            ad_set.lifetime_budget = budget * max(1, round((ad_set.end - ad_set.start) / _DAY))
            ad_set.daily_budget = None

    def _advertiser(self) -> str | None:
        """Who pays and who profits, as European law wants it stated on ad sets shown there."""
        return self.market.name if self.market.zone.startswith("Europe/") else None

    def _targeting(self, number: int, stage: str) -> dict[str, object]:
        country = {"JPY": "JP", "USD": "US"}.get(self.market.currency, ("DE", "FR", "NL", "AT", "DE")[number % 5])
        low = 25 if stage == "Prospecting" else 18
        return {"geo_locations": {"countries": [country]}, "age_min": low, "age_max": 54}

    def ads(self, ad_sets: list[AdSet]) -> tuple[list[Ad], list[Creative]]:
        pairs = [self._ad(i, ad_sets[i % len(ad_sets)]) for i in range(self.options.ads)]
        return [ad for ad, _ in pairs], [creative for _, creative in pairs]

    def _ad(self, i: int, ad_set: AdSet) -> tuple[Ad, Creative]:
        shape = SHAPES[int(self.random.choice(len(SHAPES), p=(0.38, 0.26, 0.16, 0.06, 0.14)))]
        place = i // self.options.ad_sets
        name = ad_name(self.words, int(self.random.integers(0, 10_000)), place, shape.label)
        created = max(ad_set.created, self.live - characters.ad_age(self.random, ad_set.index, place))
        title, body = self.words.lines[i % len(self.words.lines)]
        product = self.words.products[ad_set.campaign % len(self.words.products)]
        creative = Creative(
            id=object_id("creative", self.number, i),
            index=i,
            name=f"{name} {product}",
            title=title,
            body=body,
            call_to_action="SHOP_NOW" if i % 4 else "LEARN_MORE",
            shape=shape.key,
            link=f"{self.words.site}/l/{i % 40}",
        )
        review = "DISAPPROVED" if i % 83 == 41 else ""
        status = "PAUSED" if i % 9 == 8 else "ACTIVE"
        id_ = object_id("ad", self.number, i)
        return Ad(id_, i, ad_set.index, name, creative.id, created, created, status, review), creative


def account(options: WorldOptions, number: int, start: int, live: int) -> Account:
    """The account at `start` (Unix seconds, a full hour), as it will need to be to look alive at `live`."""
    builder = Builder(options, number, start, live)
    campaigns = builder.campaigns()
    ad_sets = builder.ad_sets(campaigns)
    ads, creatives = builder.ads(ad_sets)
    objects = campaigns, ad_sets, ads, creatives
    truth = characters.truth(builder.random, builder.market, builder.order, *objects, options.budgets)
    truth = characters.alike(truth) if options.alike else truth
    truth.lead_rate = np.maximum(truth.lead_rate, own_events.sign_ups(number))
    spare = 2 if options.lazy else 20
    made = Account(
        number=number,
        id=builder.account_id,
        market=builder.market,
        pixel=object_id("pixel", number, 0),
        created=start - 400 * _DAY,
        first_day=0,
        simulated_to=start,
        campaigns=campaigns,
        ad_sets=ad_sets,
        ads=ads,
        creatives=creatives,
        truth=truth,
        live=_first_state(ad_sets, len(ads), start),
        pending=Pending.none(),
        daily=empty_daily(options.history_days + spare, len(ads)),
        hourly=empty_hourly(options.history_days + spare, len(campaigns)),
    )
    made.first_day = made.local(start).toordinal()
    made.rules = native_rules.seeded(made)
    return made


def _first_state(ad_sets: list[AdSet], ads: int, start: int) -> Live:
    n = len(ad_sets)
    old = np.array([s.created < start for s in ad_sets])
    settled = np.where(np.arange(n) % 7 == 3, learning.FAIL, learning.SUCCESS)
    state = np.where(old, settled, learning.LEARNING)
    state = np.where([s.optimization_goal == "REACH" for s in ad_sets], learning.NONE, state)
    return Live(
        exposure=np.zeros(ads),
        click_log=np.zeros(ads),
        carry=np.zeros(ads),
        set_exposure=np.zeros(n),
        volume_log=np.zeros(n),
        price_log=np.zeros(n),
        sale_log=np.zeros(n),
        spent_today=np.zeros(n),
        spent_ever=np.zeros(n),
        learning=state.astype(np.int64),
        results=np.zeros(n),
        since=np.array([s.created for s in ad_sets], dtype=np.int64),
    )
