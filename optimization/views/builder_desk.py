"""One rule being written in one request: what was typed, what is wrong with it, and where it is looked at."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.form import Draft, read, write
from optimization.rules.schema import RuleInvalid, parse
from optimization.rules.summary import summarise
from optimization.rules.tree import Problem
from optimization.views.builder_about import About, chosen, currency_of, identity_of, read_about
from optimization.views.scope import Scope, scope_of


@dataclass
class Desk:
    """One rule being written in one request. `rule` None: it was never saved."""

    request: HttpRequest
    scope: Scope
    draft: Draft
    about: About
    rule: Rule | None = None
    problems: list[Problem] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    focus: str = ""
    moved: bool = False
    looked: bool = False

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101  (login_required; tells mypy)
        return self.request.user

    @property
    def accounts(self) -> list[AdAccount]:
        return chosen(self.about, self.scope)

    @property
    def currency(self) -> str:
        return currency_of(self.accounts)

    @property
    def account(self) -> AdAccount | None:
        """The account in which matches are looked for: `in`, else the one chosen above, else the first."""
        by_id = {str(account.pk): account for account in self.accounts}
        above = str(self.scope.account.pk) if self.scope.account else ""
        return by_id.get(self.about.looked_in) or by_id.get(above) or next(iter(self.accounts), None)

    @property
    def now(self) -> datetime:
        return business_now(self.account)

    def check(self) -> bool:
        """Fills `problems` and `wrong`; True if the rule is sound."""
        written = write(self.draft)
        identity, wrong = identity_of(self.about, self.scope, self.rule)
        self.wrong = {name: [text] for name, text in wrong.items()}
        self.problems = [Problem(name, text) for name, text in wrong.items()]
        try:
            parse(written.document, identity.level or None)
        except RuleInvalid as invalid:
            self.add(invalid)
        return not self.problems

    def add(self, invalid: RuleInvalid) -> None:
        """Each problem to the list, and to the control that stands for its place."""
        written = write(self.draft)
        for problem in invalid.problems:
            control = written.control(problem.path)
            self.problems.append(Problem(control, problem.message))
            self.wrong.setdefault(control, []).append(problem.message)

    def summary(self) -> str:
        """In plain language; "" while it is not sound."""
        try:
            document = parse(write(self.draft).document, self.about.level)
        except RuleInvalid:
            return ""
        return summarise(document, self.currency, self.about.level)


def posted(request: HttpRequest, rule: Rule | None) -> Desk:
    return Desk(request, scope_of(request), read(request.POST), read_about(request.POST), rule)
