"""Fixtures of the Meta tests: a scripted server, an account on it, and no waiting between tries."""

from collections.abc import Iterator

import pytest
import stamina

from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory
from tests.metaads.stub import Stub, running


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as server:
        yield server


@pytest.fixture
def account(db: None, stub: Stub) -> AdAccount:
    account: AdAccount = AdAccountFactory.create(meta_id="111", connection__graph_url=stub.url)
    return account


@pytest.fixture
def _impatient() -> Iterator[None]:
    """Three tries without the pauses between them."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
