"""An account that counts as large."""

from datetime import timedelta

import pytest

from intelligence.collect import reports, size
from metaads.sync.structure import sync_structure
from tests.intelligence.conftest import Meta


@pytest.fixture
def large(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> Meta:
    """Every level comes by report, a few days each; after a failure there is no pause."""
    monkeypatch.setattr(size, "AT_ONCE_ROWS", 0)
    monkeypatch.setattr(size, "REPORT_ROWS", 60)
    monkeypatch.setattr(reports, "RETRY", timedelta(0))
    sync_structure(meta.account, meta.now)
    return meta
