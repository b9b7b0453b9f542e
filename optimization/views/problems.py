"""What stands in the way of an account's figures, as sentences with what to do. Worst first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F, Max, QuerySet

from intelligence.models import Freshness, QualityState
from metaads.models import AccountHealth, AdAccount
from metaads.selectors import ReadState, TokenState, side_reads, token_state

ORDER = {"error": 0, "warning": 1}
NAMED_MOST = 5
TONES = {"error": "bad", "warning": "watch"}


@dataclass(frozen=True)
class Trouble:
    """`severity`: error or warning. `since`: business time, None = not told. `also`: other accounts with the same."""

    account: AdAccount
    severity: str
    text: str
    todo: str = ""
    since: datetime | None = None
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The accounts that it is about, the first few by name."""
        names = [self.account.name, *self.also]
        more = len(names) - NAMED_MOST
        return ", ".join(names[:NAMED_MOST]) + (f" and {more} more" if more > 0 else "")

    @property
    def tone(self) -> str:
        return TONES.get(self.severity, "watch")


def newest_health(accounts: Sequence[AdAccount]) -> QuerySet[AccountHealth]:
    """The newest judgement of each account. One query."""
    rows = AccountHealth.objects.filter(account__in=accounts)
    return rows.annotate(newest=Max("account__health__day")).filter(day=F("newest"))


def troubles(accounts: Sequence[AdAccount], nows: Mapping[int, datetime]) -> list[Trouble]:
    """Of all accounts together. A number of queries that does not grow with them."""
    by_id = {account.pk: account for account in accounts}
    found: list[Trouble] = []
    for account in accounts:
        state = token_state(account, nows[account.pk])
        if state:
            found.append(Trouble(account, state.severity, _token_words(account, state), state.todo))
        if not account.active:
            todo = "Switch the account on in admin if it should be."
            found.append(Trouble(account, "warning", "The account is switched off: nothing is read or changed.", todo))
        if account.zone_problem:
            found.append(Trouble(account, "warning", account.zone_problem))
    for health in newest_health(accounts):
        for problem in health.problems:
            todo = str(problem.get("todo", ""))
            found.append(Trouble(by_id[health.account_id], problem["severity"], problem["text"], todo, health.read_at))
    found += _doubts(accounts, by_id)
    found += _reads(by_id, Freshness.objects.filter(account__in=accounts).exclude(problem=""), side_reads(accounts))
    return sorted(_together(found), key=lambda one: (ORDER.get(one.severity, 2), one.account.name, one.text))


def _token_words(account: AdAccount, state: TokenState) -> str:
    """One token serves several accounts, and some of them may still be read: their freshness says which."""
    link = account.connection
    return f"The connection {link.name} does not work. {link.state_reason}" if state.code == "broken" else state.text


def _together(found: Iterable[Trouble]) -> Iterator[Trouble]:
    """The same trouble of several accounts once; the same twice of one account once."""
    by_text: dict[str, dict[int, Trouble]] = {}
    for one in found:
        by_text.setdefault(one.text, {}).setdefault(one.account.pk, one)
    for same in by_text.values():
        first, *others = sorted(same.values(), key=lambda one: one.account.name)
        yield replace(first, also=tuple(one.account.name for one in others))


def _doubts(accounts: Sequence[AdAccount], by_id: Mapping[int, AdAccount]) -> Iterable[Trouble]:
    """Accounts whose figures a check doubts: money-moving proposals stop there."""
    for state in QualityState.objects.filter(account__in=accounts, doubtful_since__isnull=False):
        for reason in state.reasons:
            todo = (
                "Money-moving proposals wait until the checks pass again. Pausing and lowering by hand stay possible."
            )
            text = str(reason.get("sentence", ""))
            yield Trouble(
                by_id[state.account_id], "error", f"The data are in doubt: {text}", todo, state.doubtful_since
            )


def _reads(by_id: Mapping[int, AdAccount], late: Iterable[Freshness], beside: Iterable[ReadState]) -> Iterable[Trouble]:
    """Reads that failed, those of an account with one cause together; they are tried again by themselves."""
    again = "It is tried again by itself; look at the connection if it stays."
    failed = [(row.account_id, row.problem, f"{row.get_level_display()}s", row.read_at) for row in late]
    failed += [(one.account_id, one.problem, one.name, one.read_at) for one in beside if one.problem]
    causes: dict[tuple[int, str], list[tuple[str, datetime | None]]] = {}
    for account_id, problem, name, read_at in failed:
        causes.setdefault((account_id, problem), []).append((name, read_at))
    for (account_id, problem), reads in causes.items():
        oldest = min((read_at for _, read_at in reads if read_at), default=None)
        text = f"Not read: {', '.join(name for name, _ in reads)}. {problem}"
        yield Trouble(by_id[account_id], "warning", text, again, oldest)
