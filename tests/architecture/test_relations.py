"""Foreign keys follow the arrows, and what is observed lies in tables of its own."""

from django.apps import apps
from django.db import models

MAY_POINT_AT = {
    "metaads": {"metaads", "auth"},
    "notifications": {"notifications", "auth"},
    "intelligence": {"intelligence", "metaads", "auth"},
    "optimization": {"optimization", "intelligence", "metaads", "notifications", "auth"},
}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in MAY_POINT_AT]


def test_foreign_keys_follow_the_arrows() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and isinstance(field.related_model, type)
        and field.related_model._meta.app_label not in MAY_POINT_AT[model._meta.app_label]
    ]
    assert not wrong


def test_observed_data_lie_in_intel_tables_and_nothing_else_does() -> None:
    wrong = [
        model._meta.db_table
        for model in our_models()
        if (model._meta.app_label == "intelligence") != model._meta.db_table.startswith("intel_")
    ]
    assert not wrong


def test_money_that_is_acted_on_is_never_a_float() -> None:
    """Columns of floats may hold shares, percent and scores; a budget, bid or amount may not."""
    suspects = ("budget", "bid", "spend", "amount", "cpa")
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField)
        and any(word in field.name for word in suspects)
        and "percent" not in field.name
    ]
    assert not wrong
