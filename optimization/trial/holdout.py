"""Hold-out: a random share of a rule's firings is skipped on purpose, so that its effect can be measured.

An episode begins with the first firing of a rule version on the entity that would be changed, and its draw holds for
seven days. Both answers are kept with their propensity: what was held out is compared with what was not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from metaads.models import AdAccount
from optimization.gathered import SKIPPED, Gathered
from optimization.models import HoldoutDraw, RuleVersion
from optimization.queue.drafts import Draft
from optimization.trial.shares import share_of

HOLDS = timedelta(days=7)
Episode = tuple[int, str, str]
"""(version, level, entity)"""


@dataclass
class Drawn:
    """Drafts that go on, and draws that this look made; they are kept with the run."""

    going_on: list[Draft] = field(default_factory=list)
    held: int = 0
    draws: list[HoldoutDraw] = field(default_factory=list)


def is_held(version: RuleVersion, level: str, entity_id: str, since: datetime, propensity: float) -> bool:
    """The draw itself: by hash of rule version, entity and beginning of the episode."""
    rule, moment = version.rule.public_id, since.astimezone(UTC).isoformat()
    return share_of("holdout", rule, version.number, level, entity_id, moment) < propensity


def hold_out(account: AdAccount, gathered: Gathered, now: datetime) -> Drawn:
    """Leaves out the drafts that are held out, with the reason as their fate. Reads once, and only if a rule asks."""
    shares = {id(match.version): match.compiled.document.holdout_percent / 100 for match in gathered.matches}
    drawn = Drawn()
    drawing = {draft.rule_version for draft in gathered.drafts if draft.rule_version and shares[id(draft.rule_version)]}
    known = _in_force(account, drawing, now) if drawing else {}
    for draft in gathered.drafts:
        version = draft.rule_version
        if version is None or not shares[id(version)]:
            drawn.going_on.append(draft)
            continue
        episode = (version.pk, draft.entity.level, draft.entity.meta_id)
        if episode not in known:
            known[episode] = _draw(account, version, episode, shares[id(version)], now)
            drawn.draws.append(known[episode])
        if not known[episode].held:
            drawn.going_on.append(draft)
            continue
        drawn.held += 1
        gathered.fates[id(version), draft.asked_of] = SKIPPED, reason(known[episode])
    return drawn


def reason(draw: HoldoutDraw) -> str:
    return (
        f"held out until {draw.account.moment(draw.until)}: {draw.propensity * 100:g} % of its firings are, by lot, "
        "so that its effect can be measured"
    )


def keep_draws(draws: Sequence[HoldoutDraw]) -> None:
    """Call it in the transaction of the run."""
    HoldoutDraw.objects.bulk_create(draws, batch_size=500, ignore_conflicts=True)


def _draw(account: AdAccount, version: RuleVersion, episode: Episode, propensity: float, now: datetime) -> HoldoutDraw:
    _, level, entity_id = episode
    return HoldoutDraw(
        rule_version=version,
        account=account,
        level=level,
        entity_id=entity_id,
        since=now,
        until=now + HOLDS,
        held=is_held(version, level, entity_id, now, propensity),
        propensity=propensity,
    )


def _in_force(account: AdAccount, versions: Iterable[RuleVersion], now: datetime) -> dict[Episode, HoldoutDraw]:
    """Draws that hold now; of two for one episode (two looks at once) the earlier one."""
    rows = HoldoutDraw.objects.filter(
        account=account, rule_version__in=[version.pk for version in versions], since__lte=now, until__gt=now
    )
    return {(row.rule_version_id, row.level, row.entity_id): row for row in rows.order_by("-since", "-pk")}
