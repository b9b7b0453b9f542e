"""What holds for every shipped template."""

import pytest

from metaads.exchange import PER_USD
from optimization.models import Rule
from optimization.rules.schema import parse
from optimization.rules.services import converter
from optimization.rules.templates import ALL, Template


@pytest.mark.parametrize("template", ALL, ids=lambda template: template.key)
def test_it_is_sound_in_every_currency(template: Template) -> None:
    for currency in PER_USD:
        assert parse(template.document(converter(currency)), template.level)


@pytest.mark.parametrize("template", ALL, ids=lambda template: template.key)
def test_it_says_what_it_is(template: Template) -> None:
    assert template.category in Rule.Category.values
    assert template.name
    assert template.description.endswith(".")
    Rule(name=template.name, category=template.category, level=template.level).clean_fields()


def test_the_shipped_five_act_as_designed() -> None:
    acts = {}
    for template in ALL[:5]:
        read = parse(template.document(lambda dollars: dollars), template.level)
        step = read.actions[0]
        acts[template.key] = (template.level, step.kind, step.parameters, read.mode)
    assert acts == {
        "zero_conversions": ("adset", "pause", {}, "approval_required"),
        "cpa_over_target": ("adset", "decrease_budget", {"percent": "50"}, "approval_required"),
        "scale_winners": ("adset", "increase_budget", {"percent": "20"}, "approval_required"),
        "protect_learning": ("adset", "notify_only", {"message": "in learning phase, avoid edits"}, "automatic"),
        "creative_fatigue": ("ad", "notify_only", {"message": "consider a refresh"}, "automatic"),
    }
