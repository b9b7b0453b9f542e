"""What the builder asks beside the document: name, level, accounts and so on, as texts, and what is wrong with them."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from metaads.models import AdAccount, Level
from optimization.models import Rule
from optimization.rules.editing import Identity, token_of
from optimization.views.scope import Scope

HIGHEST_PRIORITY, MOST_TAGS = 100, 20
NAMES = ("name", "description", "category", "level", "priority", "tags", "covers", "seen", "template", "in")


@dataclass
class About:
    """`covers`: "some" (then `accounts` holds their ids) or "all". `seen`: token of the rule as it was opened."""

    name: str = ""
    description: str = ""
    category: str = Rule.Category.LOSS_PREVENTION.value
    level: str = Level.AD_SET.value
    priority: str = "50"
    tags: str = ""
    covers: str = "some"
    seen: str = ""
    template: str = ""
    looked_in: str = ""
    accounts: list[str] = field(default_factory=list)

    def tag_list(self) -> tuple[str, ...]:
        written = (part.strip() for part in self.tags.replace("\n", ",").split(","))
        hidden = [f"template:{self.template}"] if self.template else []
        return tuple(dict.fromkeys([*(part for part in written if part), *hidden]))


def read_about(query: QueryDict) -> About:
    told: dict[str, Any] = {name: str(query[name]).strip() for name in NAMES if name in query}
    told["looked_in"] = told.pop("in", "")
    return About(**told, accounts=query.getlist("accounts"))


def about_of(rule: Rule) -> About:
    """As it stands."""
    named = [str(pk) for pk in rule.accounts.order_by("name").values_list("pk", flat=True)]
    hidden = [tag for tag in rule.tags if tag.startswith("template:")]
    return About(
        name=rule.name,
        description=rule.description,
        category=rule.category,
        level=rule.level,
        priority=str(rule.priority),
        tags=", ".join(tag for tag in rule.tags if tag not in hidden),
        covers="some" if named else "all",
        seen=token_of(rule),
        template=hidden[0].removeprefix("template:") if hidden else "",
        accounts=named,
    )


def chosen(about: About, scope: Scope) -> list[AdAccount]:
    """The accounts that the rule would look at, among those where the user decides."""
    if about.covers == "all":
        return scope.stoppable
    return [account for account in scope.stoppable if str(account.pk) in about.accounts]


def currency_of(accounts: list[AdAccount]) -> str:
    """Their one currency; "" if they have several, or there is none."""
    found = {account.currency for account in accounts}
    return found.pop() if len(found) == 1 else ""


def identity_of(about: About, scope: Scope, rule: Rule | None) -> tuple[Identity, dict[str, str]]:
    """What is to be saved, and control -> what is wrong with it."""
    accounts = chosen(about, scope)
    problems: dict[str, str] = {}
    if not about.name or len(about.name) > 120:
        problems["name"] = "Give the rule a name of at most 120 characters, so that you find it again."
    if about.category not in Rule.Category.values:
        problems["category"] = "Choose one of the categories."
    if about.level not in Level.values:
        problems["level"] = "Choose campaigns, ad sets or ads."
    if not about.priority.isascii() or not about.priority.isdigit() or int(about.priority) > HIGHEST_PRIORITY:
        problems["priority"] = f"A whole number from 0 to {HIGHEST_PRIORITY}; the higher one wins."
    if len(about.tag_list()) > MOST_TAGS or any(len(tag) > 60 for tag in about.tag_list()):
        problems["tags"] = f"At most {MOST_TAGS} tags of 60 characters."
    problems |= _account_problems(about, accounts, scope, rule)
    identity = Identity(
        about.name,
        about.description,
        about.category,
        about.level,
        0 if "priority" in problems else int(about.priority),
        about.tag_list(),
        () if about.covers == "all" else accounts,
    )
    return identity, problems


def _account_problems(about: About, accounts: list[AdAccount], scope: Scope, rule: Rule | None) -> dict[str, str]:
    if about.covers == "all":
        others = rule is not None and rule.owner_id != scope.user.pk and rule.accounts.exists()
        return {"covers": "Only its owner can let it cover all accounts; choose some."} if others else {}
    if len(accounts) != len(set(about.accounts)):
        return {"accounts": "One of the accounts is not yours to manage; choose again."}
    return {} if accounts else {"accounts": "Choose at least one ad account."}
