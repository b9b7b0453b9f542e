"""Causes as the queue shows them: a heading with count and sum over the cards of this page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from optimization.kinds import KINDS
from optimization.models import Source
from optimization.queue.effect import Effect
from optimization.queue.lineup import Cause, InLine
from optimization.views import words
from optimization.views.cards import Card
from optimization.views.scope import Scope

MOST_AT_ONCE = 200
"""More than anybody can look through on one confirmation page."""


@dataclass(frozen=True)
class Group:
    """One cause. `count` of all its proposals, `cards` of those on this page; `pairs`: what is decided when all are,
    empty where the user may not, or there are too many for one look."""

    key: str
    label: str
    rule_name: str
    rule_id: UUID | None
    count: int
    stake: str
    cards: tuple[Card, ...]
    pairs: tuple[str, ...]

    @property
    def part(self) -> bool:
        """Whether some of it stands on another page."""
        return len(self.cards) < self.count


def groups(causes: Iterable[Cause], cards: Sequence[Card], scope: Scope) -> list[Group]:
    """Causes that have a card on this page, in their order."""
    on_page: dict[int, Card] = {card.action.pk: card for card in cards}
    return [made for cause in causes if (made := _group(cause, on_page, scope)).cards]


def _group(cause: Cause, on_page: Mapping[int, Card], scope: Scope) -> Group:
    first = cause.first
    mine = [row for row in cause.rows if scope.may_decide(row.account_id)]
    at_once = mine if 1 < len(mine) <= MOST_AT_ONCE and len(mine) == len(cause.rows) else []
    return Group(
        key=cause.key,
        label=_label(first),
        rule_name=first.rule_name or "",
        rule_id=first.rule_public_id,
        count=len(cause.rows),
        stake=_stake(cause),
        cards=tuple(on_page[row.pk] for row in cause.rows if row.pk in on_page),
        pairs=tuple(f"{row.pk}:{row.version}" for row in at_once),
    )


def _label(first: InLine) -> str:
    kind = KINDS[first.kind].label
    return kind if first.rule_id else f"{kind}, by {Source(first.source).label.lower()}"


def _stake(cause: Cause) -> str:
    """ "340.00 EUR a day at stake, 2 unknown" """
    sums = [words.money(minor, currency) for currency, minor in sorted(cause.stakes.items())]
    said = f"{' and '.join(sums)} a day at stake" if sums else "stake unknown"
    return f"{said}, {cause.unknown} unknown" if sums and cause.unknown else said


@dataclass(frozen=True)
class Line:
    """One line of the total: "2 cuts", "−72.00 EUR a day"."""

    what: str
    money: str


def effect_lines(effect: Effect) -> list[Line]:
    """Raises, cuts, pauses and resumptions apart, what nobody can tell, and the sum."""
    lines = [
        Line(_count(part.count, name), f"{signed(part.change, effect.currency)} a day{_unknown(part.unknown)}")
        for name, part in effect.parts.items()
    ]
    if effect.other:
        lines.append(Line(_count(effect.other, "other changes"), "moves no budget"))
    return [*lines, Line("Together", f"{signed(effect.net, effect.currency)} a day{_unknown(effect.unknown)}")]


def _count(count: int, name: str) -> str:
    return f"{count} {name[:-1] if count == 1 else name}"


def _unknown(count: int) -> str:
    return f", {count} of unknown size" if count else ""


def signed(minor: int, currency: str) -> str:
    sign = "+" if minor > 0 else "−" if minor < 0 else ""
    return f"{sign}{words.money(abs(minor), currency)}"
