"""The migration for empty databases leads to the same tables as the ones that it stands for."""

from typing import Any

from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState

APP = "optimization"
SQUASHED = (APP, "0001_squashed_0012_optimizer_and_goals")


def loaded(replace: bool) -> MigrationLoader:
    return MigrationLoader(None, replace_migrations=replace)


def tables(loader: MigrationLoader, migration: tuple[str, str]) -> dict[str, Any]:
    """Name -> fields, and options with constraints and indexes, in any order; as they are after this migration."""
    return {name: look(one) for (app, name), one in loader.project_state(migration).models.items() if app == APP}


def look(model: ModelState) -> tuple[Any, ...]:
    fields = {name: field.deconstruct()[1:] for name, field in model.fields.items()}
    lists = {
        name: sorted(repr(one.deconstruct()) for one in model.options.get(name, []))
        for name in ("constraints", "indexes")
    }
    rest = {name: value for name, value in model.options.items() if name not in lists}
    return fields, lists, rest, model.bases


def code(migrations: list[Migration]) -> list[Any]:
    """What their functions call."""
    ran: list[Any] = [one.code for each in migrations for one in each.operations if isinstance(one, RunPython)]
    return [function.__code__.co_names for function in ran]


def test_both_ways_lead_to_the_same_tables_and_run_the_same_code() -> None:
    straight, step_by_step = loaded(replace=True), loaded(replace=False)
    replaced = straight.graph.nodes[SQUASHED].replaces
    assert not set(replaced) & set(straight.graph.nodes), "an empty database takes the long way"
    assert tables(straight, SQUASHED) == tables(step_by_step, replaced[-1])
    assert code([straight.graph.nodes[SQUASHED]]) == code([step_by_step.graph.nodes[one] for one in replaced]) != []
