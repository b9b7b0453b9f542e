"""Rules are archived, copied and put back; nothing that acted can vanish."""

import pytest
from django.contrib.auth.models import User

from metaads.models import AdAccount
from optimization.models import LedgerEvent, Rule
from optimization.rules.keeping import archive, duplicate, restore, unarchive
from optimization.rules.schema import RuleInvalid
from optimization.rules.selectors import active_rules
from optimization.rules.services import adopt, save_rule, set_active
from optimization.views.rule_words import tags_of
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.factories.optimization import make_rule
from tests.optimization.rules.build import NOW, document, leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)


@pytest.fixture
def account() -> AdAccount:
    return AdAccountFactory()


@pytest.fixture
def marta() -> User:
    return UserFactory()


def changes(rule: Rule) -> list[dict[str, object]]:
    rows = LedgerEvent.objects.filter(kind="rule_changed").order_by("id")
    return [row.payload for row in rows if row.payload["rule"] == str(rule.public_id)]


def test_an_archived_rule_is_off_and_in_the_ledger(account: AdAccount, marta: User) -> None:
    rule = make_rule(account, SPENDS)
    assert archive(rule, marta, NOW)
    assert rule.archived_at == NOW
    assert not active_rules(account).exists()
    assert [change["change"] for change in changes(rule)][-2:] == ["switched_off", "identity"]
    assert changes(rule)[-1]["archived"] is True


def test_archiving_twice_is_archiving_once(account: AdAccount, marta: User) -> None:
    rule = make_rule(account, SPENDS)
    archive(rule, marta, NOW)
    before = len(changes(rule))
    assert not archive(rule, marta, NOW)
    assert len(changes(rule)) == before


def test_an_archived_rule_cannot_be_switched_on_until_it_is_taken_out(account: AdAccount, marta: User) -> None:
    rule = make_rule(account, SPENDS)
    archive(rule, marta, NOW)
    with pytest.raises(RuleInvalid, match="archived"):
        set_active(rule, True, marta, NOW)
    assert unarchive(rule, marta, NOW)
    assert not rule.active
    assert set_active(rule, True, marta, NOW)


def test_a_template_whose_rule_is_archived_is_adopted_anew(account: AdAccount, marta: User) -> None:
    first = adopt("zero_conversions", [account], marta, NOW)
    archive(first, marta, NOW)
    assert adopt("zero_conversions", [account], marta, NOW) != first


def test_a_copy_is_not_taken_for_meta_s_rule_and_no_page_shows_the_mark(account: AdAccount, marta: User) -> None:
    rule = make_rule(account, SPENDS)
    rule.tags = ["native:23850000002000001", "summer"]
    rule.save()
    assert tags_of(rule) == ["summer"]
    assert duplicate(rule, marta, NOW).tags == ["summer"]


def test_a_copy_says_the_same_is_off_and_is_somebodys_own(account: AdAccount, marta: User) -> None:
    rule = make_rule(account, SPENDS, name="R" * 120)
    rule.tags = ["template:zero_conversions", "summer"]
    rule.save()
    copy = duplicate(rule, marta, NOW)
    assert copy.pk != rule.pk
    assert (copy.active, copy.owner, list(copy.accounts.all())) == (False, marta, [account])
    assert (copy.name.endswith("(copy)"), len(copy.name)) == (True, 120)
    assert copy.tags == ["summer"]
    assert copy.current is not None
    assert rule.current is not None
    assert copy.current.document == rule.current.document
    assert copy.triggered == 0


def test_an_earlier_version_comes_back_as_a_new_one(account: AdAccount, marta: User) -> None:
    rule = make_rule(account, SPENDS)
    first = rule.versions.get(number=1)
    save_rule(rule, document(leaf("spend_7d", ">", 90)), marta, NOW)
    made = restore(rule, first, marta, NOW)
    assert (made.number, made.document) == (3, first.document)
    assert rule.versions.count() == 3
