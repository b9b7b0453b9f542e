"""Taking one of Meta's rules over."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from intelligence.metrics.table import build_frame
from intelligence.metrics.tags import set_tags, tags_of
from metaads.models import AdAccount, Level, NativeRule
from optimization.models import LedgerEvent, Rule
from optimization.rules.compile import compile_version
from optimization.rules.evaluate import evaluate
from optimization.rules.native import NativeRefused, adopt_native
from tests.factories.intelligence import reading
from tests.factories.metaads import NOW, AdAccountFactory, AdSetFactory, CampaignFactory, UserFactory
from tests.optimization.rules.native.build import SPENT, about, native

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create(currency="EUR", timezone_name="UTC")
    campaign = CampaignFactory.create(account=made, meta_id="5")
    for meta_id in ("6", "7"):
        AdSetFactory.create(campaign=campaign, meta_id=meta_id)
    return made


def named(account: AdAccount) -> NativeRule:
    return native(account, about("id", "IN", ["6"]), about("time_preset", "EQUAL", "TODAY"), SPENT)


def test_the_draft_is_off_of_the_account_and_made_once(account: AdAccount) -> None:
    user = UserFactory.create()
    made = native(account)
    rule = adopt_native(made, user, NOW)
    assert (rule.active, rule.owner, list(rule.accounts.all()), rule.level) == (False, user, [account], "adset")
    assert rule.current is not None
    assert rule.tags == [f"native:{made.meta_id}"]
    assert adopt_native(made, user, NOW) == rule
    assert Rule.objects.count() == 1


def test_a_draft_that_names_objects_matches_only_these(account: AdAccount) -> None:
    set_tags(account, "adset", "6", ["mine"])
    made = named(account)
    rule = adopt_native(made, None, NOW)
    assert tags_of(account, "adset", "6") == [f"meta rule {made.meta_id}", "mine"]
    assert LedgerEvent.objects.filter(kind="setting_changed", payload_text__contains="meta rule").count() == 1
    spent = {"spend": 51.0, "impressions": 10.0}
    reading(account, Level.AD_SET, NOW.date(), NOW, {"6": spent, "7": spent})
    frame = build_frame(account, Level.AD_SET, NOW)
    assert rule.current is not None
    outcome = evaluate(compile_version(rule.current), frame)
    assert [str(frame.ids[i]) for i in outcome.rows] == ["6"]


def test_what_cannot_be_said_exactly_is_refused_and_nothing_stored(account: AdAccount) -> None:
    with pytest.raises(NativeRefused, match="It rotates ads"):
        adopt_native(native(account, does="ROTATE"), None, NOW)
    gone = native(account)
    NativeRule.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    with pytest.raises(NativeRefused, match="any more"):
        adopt_native(gone, None, NOW)
    assert not Rule.objects.exists()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_native_rules", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_makes_and_names_what_it_leaves(account: AdAccount) -> None:
    native(account)
    native(account, does="ROTATE", name="Rotate")
    dry = run("--dry-run")
    assert "Stop the loss: would become: Pause ad sets" in dry
    assert "Rotate: left alone. It rotates ads" in dry
    assert not Rule.objects.exists()
    assert "off. Pause ad sets" in run("--account", account.meta_id)
    assert "taken over before" in run()
    assert Rule.objects.count() == 1
    with pytest.raises(CommandError, match="no user"):
        run("--user", "bob")
