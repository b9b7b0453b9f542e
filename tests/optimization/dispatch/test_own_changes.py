"""What the executor does is no outside change, and what stopped it is one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from metaads.models import AdSet, Connection, OutsideChange
from metaads.selectors import outside_changes
from metaads.sync.changes import sync_changes
from metaads.sync.structure import sync_structure
from optimization.dispatch import run_action
from optimization.models import Action, Status
from optimization.queue import services
from tests.optimization.conftest import NOW, Meta

Propose = Callable[..., Action]
Member = Callable[..., User]
LATER = NOW + timedelta(hours=1)


def looked_again(meta: Meta) -> None:
    """The next hour: structure first, then Meta's history, as an observation does it."""
    meta.control.advance(1)
    sync_structure(meta.account, LATER)
    sync_changes(meta.account, LATER)


def budgets(meta: Meta, ad_set: AdSet) -> list[tuple[object, object]]:
    rows = outside_changes(meta.account, [ad_set.meta_id], NOW)
    return [(row.before, row.after) for row in rows if row.field in {"daily_budget", "budget"}]


@pytest.mark.parametrize("app_id_known", [True, False])
def test_a_change_that_we_made_is_in_nobodys_list(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member, app_id_known: bool
) -> None:
    if not app_id_known:
        # Meta's clock stands at NOW; the connection knows by how much that is off the machine's.
        behind = NOW - timezone.now()
        Connection.objects.update(app_id="", app_secret_sealed="", clock_offset=behind)
        meta.account.connection.refresh_from_db()
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), NOW)
    assert run_action(action.pk, NOW) is Status.EXECUTED
    looked_again(meta)
    assert budgets(meta, ad_set) == []


def test_a_change_that_stopped_ours_is_listed_with_both_values(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), NOW)
    meta.edit(ad_set.meta_id, 4242)
    assert run_action(action.pk, NOW) is Status.FAILED
    looked_again(meta)
    assert budgets(meta, ad_set) == [(ad_set.daily_budget, 4242)]


def test_our_write_is_kept_apart_so_that_no_later_difference_repeats_it(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), NOW)
    run_action(action.pk, NOW)
    looked_again(meta)
    ours = OutsideChange.objects.filter(entity_id=ad_set.meta_id, ours=True)
    assert [(row.after, row.application_id) for row in ours] == [(1500, meta.account.connection.app_id)]


def test_somebody_who_did_what_we_wanted_is_listed(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), NOW)
    meta.edit(ad_set.meta_id, 1500)
    assert run_action(action.pk, NOW) is Status.EXECUTED
    looked_again(meta)
    assert budgets(meta, ad_set) == [(ad_set.daily_budget, 1500)]
