"""A small sandbox in this process with all its accounts connected, and a rule that fires on it."""

from tests.flows.conftest import admin, local_meta, rule_for, small_world

__all__ = ["admin", "local_meta", "rule_for", "small_world"]
