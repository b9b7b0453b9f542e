"""call_webhook and notify_only tell; they change nothing and are no action (tests/optimization/test_webhooks.py)."""

import pytest

from optimization.kinds import KINDS, Refusal
from tests.factories.optimization import entity


@pytest.mark.parametrize("key", ["call_webhook", "notify_only"])
def test_what_only_tells_has_no_change_no_inverse_and_stands_on_every_level(key: str) -> None:
    kind = KINDS[key]
    assert not kind.changes_meta
    assert isinstance(kind.change(entity(), {}, "EUR"), Refusal)
    assert kind.inverse_key() is None
    assert kind.levels == {"campaign", "adset", "ad"}
