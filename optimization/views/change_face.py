"""What the page of a change by hand shows: the controls of the kind's parameters, the review of what it would do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from metaads.graph.money import offset
from metaads.models import AdAccount
from optimization.by_person import BadParameters, Look, Wanted
from optimization.kinds import Headline, describe
from optimization.kinds.plan_words import lines_of
from optimization.models import Action
from optimization.operators.values.inputs import Input
from optimization.rules.form.codec import LISTS, compose
from optimization.steps import steps_of
from optimization.views import words
from optimization.views.builder_face import Choice, Control
from optimization.views.case import value_of
from optimization.views.creation_forms import completed, inputs_for
from optimization.views.rails import Rail, rails_of

PREFIX = "p."
TODAY, HOURS = "today", "hours"
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_BROKEN = re.compile(r"-?\d+\.\d*[1-9]\d*")
_COMMA = re.compile(r"-?\d+,\d{1,2}")


@dataclass(frozen=True)
class Typed:
    """What stands in the form, as texts. `timed`: "", `TODAY` or `HOURS`; `form`: as `creation_forms.DOCUMENT`."""

    kind: str
    texts: Mapping[str, str] = field(default_factory=dict)
    timed: str = ""
    hours: str = ""
    reason: str = ""
    override: str = ""
    seen: str = ""
    form: str = ""
    once: str = ""


def read(data: QueryDict) -> Typed:
    """From a query or a form. Parameters have names of their own, so that none is taken for another field."""
    texts = {name.removeprefix(PREFIX): str(data[name]) for name in data if name.startswith(PREFIX)}
    timed = data.get("timed", "")
    return Typed(
        kind=data.get("kind", ""),
        texts=texts,
        timed=timed if timed in (TODAY, HOURS) else "",
        hours=data.get("hours", "").strip(),
        reason=data.get("reason", ""),
        override=data.get("override_reason", ""),
        seen=data.get("seen", ""),
        form=data.get("form", ""),
        once=data.get("once", ""),
    )


def wanted_of(account: AdAccount, level: str, meta_id: str, typed: Typed) -> Wanted:
    """What the texts mean. Raises BadParameters for hours that are none, and for parts of what has none."""
    inputs = inputs_for(typed.kind, account, typed.form)
    texts = {one.key: _plain(one, typed.texts.get(one.key, one.fallback)) for one in inputs}
    _must_be_whole(inputs, texts, account.currency)
    parameters = completed(typed.kind, compose(inputs, texts, wordy=False) or {}, inputs, typed.form)
    return Wanted(level, meta_id, typed.kind, parameters, _timed(typed))


def _must_be_whole(inputs: Sequence[Input], texts: Mapping[str, str], currency: str) -> None:
    """Of a currency without a smaller unit."""
    if offset(currency) > 1:
        return
    odd = [one.key for one in inputs if one.unit == "money" and _BROKEN.fullmatch(texts[one.key].strip())]
    if odd:
        raise BadParameters({key: [f"{currency} has no smaller unit: write a whole amount."] for key in odd})


def _plain(one: Input, text: str) -> str:
    """A number as people write it, 84,00 or 1,234.50, as JSON has it."""
    if one.reads not in ("amount", "number", "whole"):
        return text
    bare = text.strip().replace(" ", "")
    if _GROUPED.fullmatch(bare):
        return bare.replace(",", "")
    return bare.replace(",", ".") if _COMMA.fullmatch(bare) else text


def _timed(typed: Typed) -> dict[str, Any] | None:
    if typed.timed == TODAY:
        return {"hours": None}
    if typed.timed != HOURS:
        return None
    if not typed.hours.isdigit():
        raise BadParameters({"hours": ["Give whole hours, like 4."]})
    return {"hours": int(typed.hours)}


def controls(
    inputs: Sequence[Input], typed: Typed, problems: Mapping[str, Sequence[str]], currency: str
) -> list[Control]:
    """One control a parameter. Money names its currency."""
    return [_control(one, typed, problems, currency) for one in inputs]


UNITS = {"percent": "%", "days": "days", "hours": "hours", "ratio": "x"}


def _control(one: Input, typed: Typed, problems: Mapping[str, Sequence[str]], currency: str) -> Control:
    value = typed.texts.get(one.key, one.fallback)
    look = "choice" if one.choices else "yes" if one.reads == "yes" else "lines" if one.reads in LISTS else "line"
    if one.reads == "json":
        look = "json"
    choices = [Choice(key, label, key == value) for key, label in one.choices]
    if look == "choice" and one.optional:
        choices.insert(0, Choice("", one.unset, not value))
    unit = currency if one.unit == "money" else UNITS.get(one.unit, "")
    return Control(
        f"{PREFIX}{one.key}", one.label, value, look, "" if look in ("choice", "yes") else unit, choices, one.help,
        list(problems.get(one.key, ())), money=one.unit == "money", numeric=one.reads in ("whole", "number", "amount"),
        named=True, example=one.example,
    )  # fmt: skip


@dataclass(frozen=True)
class Review:
    """What it would do, in words. `lines`: the steps of a plan. `change`: before and after in one line."""

    look: Look
    head: Headline
    before: str
    after: str
    trimmed: str
    lines: tuple[str, ...]
    moved_to: str
    stake: str
    rails: tuple[Rail, ...]
    quiet: int
    can_be_timed: bool

    @property
    def percent(self) -> str:
        """ "+13,935 %" """
        size = self.action.amount_pct or 0
        return f"{'−' if size < 0 else '+'}{abs(size):,.0f} %"

    @property
    def action(self) -> Action:
        return self.look.action


def review_of(look: Look) -> Review:
    """`rails`: those that have something to say; `quiet` counts the others, which pass or are not concerned."""
    action = look.action
    every = rails_of(action)
    told = tuple(rail for rail in every if rail.tone in ("bad", "watch"))
    same = (action.level, action.entity_id) == (look.asked.level, look.asked.meta_id)
    stake = f"{words.money(action.at_stake, action.currency)} a day" if action.at_stake is not None else "unknown"
    wanted = value_of(action, action.value_wanted)
    return Review(
        look=look,
        head=describe(action),
        before=value_of(action, action.value_before),
        after=value_of(action, action.value_final),
        trimmed=wanted if action.value_wanted != action.value_final else "",
        lines=step_lines(action),
        moved_to="" if same else action.entity_name,
        stake=stake,
        rails=told,
        quiet=len(every) - len(told),
        can_be_timed=look.kind.inverse_key() is not None,
    )


def step_lines(action: Action) -> tuple[str, ...]:
    """Each step of a plan in a line; () for a single write."""
    return tuple(line.text for line in lines_of(steps_of(action.steps), action.currency))
