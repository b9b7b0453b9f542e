"""The present state of one object at Meta, or whether what is to be made is there."""

from metaads.executor.change import Change
from metaads.executor.operations import OPERATIONS
from metaads.executor.seen import Live
from metaads.graph.client import client_for


def read(change: Change, made_id: str = "") -> Live:
    """Each GET is tried once (the lease is kept by one HTTP budget) and goes before all other calls of the account.

    `made_id`: where to look first for what was made. Raises metaads.graph.errors.
    """
    return OPERATIONS[change.op].read(client_for(change.account, first=True), change, made_id)
