"""What every page's frame needs: accounts, freshness, what is off, what waits. Lazy: a page pays for what it shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from intelligence.models import Freshness
from intelligence.quality import Quality, doubtful_among
from metaads import switch
from metaads.clock import business_now
from metaads.models import AdAccount
from notifications.selectors import for_subjects
from optimization.models import Action, EmergencyStop, Status
from optimization.views import words
from optimization.views.scope import Scope, scope_of


@dataclass(frozen=True)
class Age:
    """The freshness chip. `tone`: good, watch or bad."""

    text: str
    tone: str
    detail: str


class PageFrame:
    """Read by templates/base.html and the admin's base. Each property asks at most one question."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.request)

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated)

    @property
    def accounts(self) -> list[AdAccount]:
        return self.scope.accounts

    @property
    def account(self) -> AdAccount | None:
        return self.scope.account

    @property
    def many(self) -> bool:
        """Several accounts are shown, so each row must name its own."""
        return len(self.scope.shown) > 1

    @cached_property
    def waiting(self) -> int:
        if self.not_offered:
            return 0
        return Action.objects.filter(status=Status.PENDING, account_id__in=self.scope.ids).count()

    @cached_property
    def _switches(self) -> dict[str, str | None]:
        return switch.states()

    @property
    def not_offered(self) -> str | None:
        """Why open proposals are not up for approval; None = they are."""
        return self._switches[switch.RULES]

    @property
    def executor_off(self) -> bool:
        """Approved actions are then to be done by hand."""
        return self._switches[switch.EXECUTOR] is not None

    @cached_property
    def off(self) -> list[str]:
        """Sentences, one per stage that is off; a stage that falls with the main switch is not repeated."""
        states = dict(self._switches)
        main = states.pop(switch.INTELLIGENCE)
        if main:
            return [
                f"{main} Nothing is read from Meta, proposed, offered for approval or executed; history stays readable."
            ]
        meant = {
            switch.COLLECTION: "No new figures are read.",
            switch.RULES: "No rule proposes anything, and open proposals are not offered for approval.",
            switch.EXECUTOR: "Nothing is changed at Meta; approved actions are to be done by hand.",
        }
        return [f"{reason} {meant[name]}" for name, reason in states.items() if reason and name in meant]

    @cached_property
    def stops(self) -> list[EmergencyStop]:
        """Stops in force over anything that this page shows."""
        return list(EmergencyStop.objects.over(self.scope.ids))

    @cached_property
    def doubtful(self) -> list[Quality]:
        """Accounts that this page shows and whose data can't be trusted now."""
        return doubtful_among(self.scope.ids)

    @cached_property
    def sandbox(self) -> bool:
        return any(account.connection.sandbox for account in self.scope.shown)

    @cached_property
    def notices(self) -> int:
        subjects = [f"account:{pk}" for pk in self.scope.ids]
        return for_subjects(subjects, self.request.user, business_now(self.account)).count()

    @cached_property
    def age(self) -> Age | None:
        """Of the oldest read among the levels shown: the chip must not look better than the worst figure."""
        if not self.scope.shown:
            return None
        by_id = {account.pk: account for account in self.scope.shown if not account.read_only}
        if not by_id:
            return self._age_of_files()
        rows = list(Freshness.objects.filter(account_id__in=by_id))
        reads = [(row.read_at, business_now(by_id[row.account_id])) for row in rows]
        if not reads or any(read is None for read, _ in reads):
            return Age("no data yet", "watch", "Some level has never been read completely.")
        ages = [(now - read, read) for read, now in reads if read is not None]
        return self._age(*max(ages))

    def _age_of_files(self) -> Age:
        """A file does not age, it ends: its account's time stands there."""
        ends = [account.standing_at.astimezone(account.zone) for account in self.scope.shown if account.standing_at]
        if not ends:
            return Age("no data yet", "watch", "No file has been read into it.")
        last = min(ends) - timedelta(seconds=1)
        day = f"{last.day} {last:%b %Y}"
        return Age(f"file up to {day}", "calm", f"Read from a file that ends on {day}; time stands there.")

    def _age(self, age: timedelta, read: datetime) -> Age:
        limit = timedelta(hours=settings.LIMITS["MAX_DATA_AGE_HOURS"])
        tone = "bad" if age > limit else "watch" if age > limit / 2 else "good"
        late = " Older than machines may act on." if tone == "bad" else ""
        return Age(f"{words.span(age)} old", tone, f"Oldest complete read: {words.moment(read, self.account)}.{late}")


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": PageFrame(request)}
