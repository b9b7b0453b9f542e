"""Roll-out: a rule that is newly automatic acts alone on a tenth of its matches, the rest wait for a person.

Which ones is a stable draw by rule and entity, so that half of them include the tenth. The next step is offered once
enough of what acted alone was measured and no more of it was worse than better; a manager may raise it by hand before.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from metaads.models import Role
from metaads.models.membership import has_role
from optimization.entities import Entity
from optimization.models import Action, Effect, Rule, RuleVersion
from optimization.outcomes.sums import told_of
from optimization.queue.errors import NotAllowed
from optimization.rules.parts import Safety
from optimization.rules.schema import RuleDocument, RuleInvalid
from optimization.rules.services import save_rule
from optimization.rules.tree import Problem
from optimization.trial.shares import share_of

STEPS = (10, 50, 100)
ENOUGH = 10
"""Measured changes that it made alone, before more is offered: by chance one in twenty that do nothing is worse."""
WAITS = "An account in suggest mode keeps everything for a person."


@dataclass(frozen=True)
class Rollout:
    """The share of its matches on which an automatic rule acts alone. `higher`: steps above it, which a manager may set
    by hand. `better`, `worse`, `unsure`: verdicts on what it did alone so far."""

    percent: int
    higher: tuple[int, ...]
    better: int = 0
    worse: int = 0
    unsure: int = 0

    @property
    def measured(self) -> int:
        return self.better + self.worse + self.unsure

    @property
    def offered(self) -> int | None:
        """The next step, if its outcomes speak for it."""
        fit = self.measured >= ENOUGH and self.worse <= self.better
        return self.higher[0] if fit and self.higher else None


def within_share(rule: Rule, document: RuleDocument, entity: Entity) -> bool:
    """Whether the rule may act alone on this entity, if all else permits (`queue.policy`)."""
    if document.mode != "automatic":
        return False
    share = share_of("rollout", rule.public_id, entity.level, entity.meta_id)
    return share * 100 < document.safety.rollout_percent


def rollout_of(rule: Rule) -> Rollout | None:
    """None for a rule that does not act alone at all. One query for one that does."""
    document = rule.current.document if rule.current else {}
    if document.get("mode") != "automatic":
        return None
    percent = Safety.model_validate(document.get("safety") or {}).rollout_percent
    mine = Action.objects.filter(rule_version__rule=rule, alone=True, executed_at__isnull=False)
    found = Counter(one.verdict for one in told_of(mine))
    better, worse = found.pop(Effect.BETTER, 0), found.pop(Effect.WORSE, 0)
    return Rollout(percent, tuple(step for step in STEPS if step > percent), better, worse, found.total())


def set_rollout(rule: Rule, percent: int, user: User | None, now: datetime) -> RuleVersion:
    """A new version with this share, by hand. Raises NotAllowed, or RuleInvalid where there is nothing to roll out.

    `user` None = the operator at the command line. For managers of every account that the rule names.
    """
    may_raise(rule, user)
    if rollout_of(rule) is None or rule.current is None:
        raise RuleInvalid([Problem("mode", "the rule does not act alone, so there is no share to set.")])
    document = {**rule.current.document}
    document["safety"] = {**document.get("safety", {}), "rollout_percent": percent}
    return save_rule(rule, document, user, now)


def may_raise(rule: Rule, user: User | None) -> None:
    """Raises NotAllowed unless the user manages every account that the rule names, or owns one that names none."""
    if user is None or user.is_superuser:
        return
    named = list(rule.accounts.all())
    allowed = all(has_role(user, account, Role.MANAGER) for account in named) if named else rule.owner_id == user.pk
    if not allowed:
        raise NotAllowed("Raising the share is for managers of all accounts that the rule names.")
