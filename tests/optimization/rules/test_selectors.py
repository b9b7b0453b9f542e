"""Which rules cover an account."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from metaads.models import AdAccount, Role
from optimization.models import Rule
from optimization.rules.compile import compile_version
from optimization.rules.selectors import active_rules, covered_accounts, may_edit, reach_of, visible_rules
from optimization.rules.services import save_rule
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory
from tests.optimization.rules.build import NOW, document, leaf

pytestmark = pytest.mark.django_db


def make(*accounts: AdAccount, **fields: Any) -> Rule:
    rule = Rule.objects.create(category="scaling", level="adset", **{"active": True, "name": "Rule", **fields})
    rule.accounts.set(accounts)
    save_rule(rule, document(leaf("spend", ">", 1)), None, NOW)
    return rule


@pytest.fixture
def account() -> AdAccount:
    return AdAccountFactory()


def test_a_rule_covers_the_accounts_that_it_names(account: AdAccount) -> None:
    other = AdAccountFactory()
    rule = make(account, other)
    make(other)
    assert list(active_rules(account)) == [rule]


def test_a_rule_that_names_none_covers_where_its_owner_decides(account: AdAccount) -> None:
    member = MembershipFactory(account=account, role=Role.MANAGER).user
    administrator = UserFactory(is_superuser=True)
    covered = [make(owner=member), make(owner=administrator)]
    make(owner=UserFactory())
    make(owner=None)
    make(owner=MembershipFactory(account=account, role=Role.VIEWER).user)
    make(owner=MembershipFactory().user)
    assert list(active_rules(account)) == covered


def test_an_owner_who_left_takes_the_rule_out_of_use(account: AdAccount) -> None:
    member = MembershipFactory(account=account, user__is_active=False).user
    make(owner=member)
    make(owner=UserFactory(is_superuser=True, is_active=False))
    assert not active_rules(account).exists()


def test_inactive_rules_and_rules_without_a_text_are_left_out(account: AdAccount) -> None:
    make(account, active=False)
    Rule.objects.create(name="Empty", category="scaling", level="ad", active=True).accounts.add(account)
    assert not active_rules(account).exists()


def test_higher_priority_comes_first_then_the_older_rule(account: AdAccount) -> None:
    rules = [make(account, priority=priority) for priority in (10, 90, 90)]
    assert list(active_rules(account)) == [rules[1], rules[2], rules[0]]


def test_all_rules_are_read_and_compiled_with_one_query(
    account: AdAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        make(account)
    with django_assert_num_queries(1):
        versions = [rule.current for rule in active_rules(account)]
        assert len([compile_version(version) for version in versions if version]) == 3


def test_a_user_sees_the_rules_that_act_in_an_account_of_theirs(account: AdAccount) -> None:
    viewer = MembershipFactory(account=account, role=Role.VIEWER).user
    manager = MembershipFactory(account=account, role=Role.MANAGER).user
    seen = [make(account), make(account, AdAccountFactory()), make(owner=viewer), make(owner=manager)]
    make(AdAccountFactory())
    make(owner=UserFactory())
    make(owner=None)
    assert set(visible_rules(viewer)) == set(seen)


def test_nobody_sees_no_rule_and_the_administrator_every_one(account: AdAccount) -> None:
    rules = [make(account), make(AdAccountFactory()), make(owner=None)]
    assert not visible_rules(AnonymousUser()).exists()
    assert set(visible_rules(UserFactory(is_superuser=True))) == set(rules)


def test_a_rule_is_changed_by_who_decides_in_every_account_of_it(account: AdAccount) -> None:
    other = AdAccountFactory()
    manager = MembershipFactory(account=account, role=Role.MANAGER).user
    assert may_edit(manager, make(account))
    assert not may_edit(manager, make(account, other))
    MembershipFactory(user=manager, account=other, role=Role.VIEWER)
    assert not may_edit(manager, make(account, other))
    assert may_edit(UserFactory(is_superuser=True), make(account, other))


def test_a_rule_for_all_is_changed_by_its_owner(account: AdAccount) -> None:
    manager = MembershipFactory(account=account, role=Role.MANAGER).user
    assert may_edit(manager, make(owner=manager))
    assert not may_edit(manager, make(owner=UserFactory()))
    assert not may_edit(AnonymousUser(), make(owner=None))


def test_accounts_that_a_user_may_not_see_are_counted_and_not_named(account: AdAccount) -> None:
    viewer = MembershipFactory(account=account, role=Role.VIEWER).user
    rule = make(account, AdAccountFactory())
    reach = reach_of(viewer)
    assert (reach.seen(rule), reach.hidden(rule)) == ([account], 1)
    assert covered_accounts(rule, viewer) == [account]


def test_a_rule_for_all_covers_where_its_owner_decides_and_the_user_looks(account: AdAccount) -> None:
    owner = MembershipFactory(account=account, role=Role.MANAGER).user
    MembershipFactory(user=owner, account=AdAccountFactory(), role=Role.MANAGER)
    viewer = MembershipFactory(account=account, role=Role.VIEWER).user
    assert covered_accounts(make(owner=owner), viewer) == [account]
    assert covered_accounts(make(owner=None), viewer) == []
