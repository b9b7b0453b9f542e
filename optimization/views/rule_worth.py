"""What a rule's trials have shown: how far it is rolled out, what it held out, how its suggestions would have done."""

from collections.abc import Iterator
from decimal import Decimal

from metaads.clock import business_now
from metaads.graph.money import amount_text
from optimization.rules.effects import effect_of
from optimization.rules.shadow import DAYS, Record, is_shadow, record_of
from optimization.trial.rollout import ENOUGH, WAITS, Rollout, rollout_of
from optimization.views.rule_subject import Subject
from optimization.views.rule_tree import Line


def worth_of(subject: Subject) -> list[Line]:
    """Nothing for a rule that tries nothing, and nothing is read for it."""
    document = subject.document or {}
    lines = list(_rollout(subject))
    if document.get("holdout_percent") and (said := effect_of(subject.rule).holdout):
        lines.append(Line("Hold-out", f"{said}; the effect is not measured yet"))
    return [*lines, *_shadow(subject)] if is_shadow(subject.rule) else lines


def _rollout(subject: Subject) -> Iterator[Line]:
    rollout = rollout_of(subject.rule)
    if rollout is None:
        return
    yield Line("May act alone", f"on {rollout.percent} % of its matches, always the same ones. {WAITS}")
    if rollout.higher:
        yield Line("More of them", more_text(rollout))


def more_text(rollout: Rollout) -> str:
    """Whether a larger share is offered, and why not."""
    steps = " or ".join(f"{step} %" for step in rollout.higher)
    by_hand = "a manager may set it by editing the rule"
    if not rollout.measured:
        return f"nothing that it did alone is measured yet, so {steps} is not offered; {by_hand}"
    told = (f"of {rollout.measured} changes that it made alone {rollout.better} were better, {rollout.worse} worse, "
            f"{rollout.unsure} cannot be told")  # fmt: skip
    if rollout.offered is not None:
        return f"{told}: it may act alone on {rollout.offered} %; {by_hand}"
    why = f"{ENOUGH} must be measured" if rollout.measured < ENOUGH else "more were worse than better"
    return f"{told}; {why}, so {steps} is not offered; {by_hand}"


def _shadow(subject: Subject) -> Iterator[Line]:
    accounts = subject.accounts
    if not accounts:
        return
    records = record_of(subject.rule, business_now(accounts[0]), accounts)
    if not records:
        yield Line("Its suggestions", f"none in the last {DAYS} days, so there is no record yet")
    for record in records:
        yield Line(f"Its suggestions for {record.account.name}", shadow_text(record))


def shadow_text(record: Record) -> str:
    """The record of one account in two sentences."""
    count = len(record.suggestions)
    text = f"{count} in {DAYS} days: {record.right} right, {record.wrong} wrong, {record.open} not judged."
    cut, lost = record.total.spend_cut, record.total.conversions_lost
    if cut is None or lost is None:
        return f"{text} What came after is not known yet."
    less, fewer = ("less", "fewer") if cut >= 0 else ("more", "more")
    amount = amount_text(Decimal(str(round(abs(cut), 2))), record.account.currency)
    about = "about " if record.total.estimate else ""
    return f"{text} Had all been followed: {about}{amount} {less} spent, {abs(lost):,.1f} {fewer} conversions."
