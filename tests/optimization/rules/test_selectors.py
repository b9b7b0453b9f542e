"""Which rules cover an account."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from metaads.models import AdAccount, Role
from optimization.models import Rule
from optimization.rules.compile import compile_version
from optimization.rules.selectors import active_rules
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
