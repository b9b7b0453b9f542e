"""How an account is, as last judged."""

from dataclasses import dataclass
from datetime import datetime

from metaads.models import AccountHealth, AdAccount
from metaads.sync.judging import HealthProblem


@dataclass(frozen=True)
class Health:
    """`problems`: worst first. `headroom`: minor units that the spend cap leaves; None = no cap, or not told."""

    severity: str
    problems: tuple[HealthProblem, ...]
    read_at: datetime
    headroom: int | None

    @property
    def ok(self) -> bool:
        return self.severity == AccountHealth.Severity.OK

    @property
    def can_write(self) -> bool:
        """False: the token's user may only look. True also when Meta did not tell."""
        return all(problem.code != "tasks" for problem in self.problems)


def health(account: AdAccount) -> Health | None:
    """The newest judgement; None = never read. One look-up."""
    row = AccountHealth.objects.filter(account=account).order_by("-day").first()
    if row is None:
        return None
    problems = tuple(HealthProblem(**problem) for problem in row.problems)
    return Health(row.severity, problems, row.read_at, row.headroom)
