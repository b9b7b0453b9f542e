"""Questions about whether an account's data can be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from intelligence.models import QualityState
from metaads.models import AdAccount
from metaads.prepared import Prepared


@dataclass(frozen=True)
class Quality:
    """`since` None = trusted. `reasons`: sentences with figures. `checked_at` None = never looked at.

    `findings`: every check's last (key, verdict fine|doubtful|unknown, sentence).
    """

    account: AdAccount
    checked_at: datetime | None
    since: datetime | None
    reasons: tuple[str, ...]
    findings: tuple[tuple[str, str, str], ...] = ()

    @property
    def doubtful(self) -> bool:
        return self.since is not None

    def sentence(self) -> str:
        """One line why nothing moves money here; "" while the data are trusted."""
        if self.since is None:
            return ""
        return f"The data are doubtful since {self.account.moment(self.since)}. {' '.join(self.reasons)}"


_STATE = Prepared(lambda account: QualityState.objects.filter(account_id=account)[:1])


def quality_of(account: AdAccount) -> Quality:
    """The last look at an account; one that was never looked at is neither doubtful nor checked."""
    row = _STATE.first(account.pk)
    return Quality(account, None, None, ()) if row is None else _quality(row, account)


def doubtful_among(account_ids: Iterable[int]) -> list[Quality]:
    """Those of these accounts that are doubtful now, longest first."""
    rows = QualityState.objects.filter(account_id__in=list(account_ids), doubtful_since__isnull=False)
    return [_quality(row, row.account) for row in rows.select_related("account").order_by("doubtful_since", "pk")]


def _quality(row: QualityState, account: AdAccount) -> Quality:
    return Quality(
        account=account,
        checked_at=row.checked_at,
        since=row.doubtful_since,
        reasons=tuple(reason["sentence"] for reason in row.reasons),
        findings=tuple((one["check"], one["verdict"], one["sentence"]) for one in row.findings),
    )
