"""A role in the ad account binds in admin too: Django's own permissions alone change nothing that spends money."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from intelligence.models import Target
from metaads.models import AdAccount, Role, SwitchState
from optimization.models import AccountLimits, LedgerEvent, Rule
from optimization.rules.services import adopt, save_rule
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory
from tests.optimization.views.conftest import signed_in

pytestmark = pytest.mark.django_db
DOCUMENT = {
    "conditions": {"all": [{"field": "spend_7d", "operator": ">", "value": 50}]},
    "actions": [{"kind": "pause", "parameters": {}}],
    "mode": "automatic",
}
LESS = [Role.VIEWER, Role.MANAGER]


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create(name="Northwind")
    return made


def staff(account: AdAccount, role: Role) -> User:
    """May do everything that Django's own permissions give, and has this role."""
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    MembershipFactory.create(user=user, account=account, role=role)
    return user


def form(accounts: list[AdAccount], **changes: Any) -> dict[str, Any]:
    base = {"name": "Renamed", "category": "loss_prevention", "level": "adset", "priority": "50", "tags": "[]"}
    document = changes.pop("document", None) or json.dumps(DOCUMENT)
    return {**base, "document": document, "accounts": [a.pk for a in accounts], "active": "on", **changes}


def a_rule(*accounts: AdAccount, owner: User | None = None) -> Rule:
    rule = Rule.objects.create(name="As it was", category="scaling", level="adset", owner=owner)
    rule.accounts.set(accounts)
    save_rule(rule, {**DOCUMENT, "mode": "approval_required"}, None, timezone.now())
    return rule


class TestRules:
    ADD = "/admin/optimization/rule/add/"

    def change(self, rule: Rule) -> str:
        return f"/admin/optimization/rule/{rule.pk}/change/"

    @pytest.mark.parametrize("role", LESS)
    def test_less_than_an_admin_changes_no_rule(self, account: AdAccount, role: Role) -> None:
        rule, client = a_rule(account), signed_in(staff(account, role))
        assert client.post(self.change(rule), form([account])).status_code == 403
        text = client.get(self.change(rule)).content.decode()
        rule.refresh_from_db()
        assert (rule.name, rule.active, rule.versions.count()) == ("As it was", False, 1)
        assert "As it was" in text, "looking on is allowed"

    @pytest.mark.parametrize("role", LESS)
    def test_less_than_an_admin_adds_and_adopts_none(self, account: AdAccount, role: Role) -> None:
        client = signed_in(staff(account, role))
        assert client.post(self.ADD, form([account])).status_code == 403
        adopting = {"template": "zero_conversions", "accounts": [account.pk]}
        assert client.post("/admin/optimization/rule/adopt/", adopting).status_code == 403
        assert not Rule.objects.exists()

    @pytest.mark.parametrize("role", LESS)
    def test_less_than_an_admin_switches_none_from_the_list(self, account: AdAccount, role: Role) -> None:
        rule, client = a_rule(account), signed_in(staff(account, role))
        data = {"action": "switch_on", "_selected_action": [rule.pk]}
        text = client.post("/admin/optimization/rule/", data, follow=True).content.decode()
        assert "is for admins of all its accounts" in text
        assert not Rule.objects.get().active

    def test_an_admin_may_all_that(self, account: AdAccount) -> None:
        rule, client = a_rule(account), signed_in(staff(account, Role.ADMIN))
        assert client.post(self.change(rule), form([account])).status_code == 302
        rule.refresh_from_db()
        assert (rule.name, rule.active) == ("Renamed", True)
        told = [event.payload for event in LedgerEvent.objects.filter(kind="rule_changed")]
        assert any(one["change"] == "identity" and "name" in one["fields"] for one in told)
        assert client.post(self.ADD, form([account])).status_code == 302
        assert Rule.objects.count() == 2

    def test_an_admin_of_one_account_reaches_no_other_by_a_rule_of_both(self, account: AdAccount) -> None:
        other = AdAccountFactory.create()
        user = staff(account, Role.ADMIN)
        MembershipFactory.create(user=user, account=other, role=Role.VIEWER)
        client, both = signed_in(user), a_rule(account, other)
        assert client.post(self.change(both), form([account])).status_code == 403, "an old account is not theirs"
        mine = a_rule(account)
        assert client.post(self.change(mine), form([account, other])).status_code == 200, "a new one is not theirs"
        assert list(mine.accounts.all()) == [account]
        adopting = {"template": "zero_conversions", "accounts": [other.pk]}
        client.post("/admin/optimization/rule/adopt/", adopting)
        assert Rule.objects.count() == 2

    def test_a_rule_that_names_no_account_is_for_the_installations_administrator(self, account: AdAccount) -> None:
        user = staff(account, Role.ADMIN)
        client, everywhere, mine = signed_in(user), a_rule(owner=user), a_rule(account)
        assert client.post(self.change(everywhere), form([account])).status_code == 403
        assert "Name at least one ad account" in client.post(self.change(mine), form([])).content.decode()
        assert "Name at least one ad account" in client.post(self.ADD, form([])).content.decode()
        root = signed_in(UserFactory.create(is_staff=True, is_superuser=True))
        assert root.post(self.change(mine), form([])).status_code == 302

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[" * 100_000, "nested too deeply"),
            ('{"conditions": ' + "[" * 900 + "]" * 900 + "}", "document"),
            ('{"a": ' + "9" * 5000 + "}", "too many digits"),
            (json.dumps(DOCUMENT).replace("50", "9" * 4000), "document"),
            (json.dumps(DOCUMENT).replace("50", "NaN"), "is no number"),
            (json.dumps(DOCUMENT).replace("50", "1e999"), "errorlist"),
            (json.dumps({**DOCUMENT, "default_window": "7\x00d"}), "NUL"),
            (json.dumps({**DOCUMENT, "default_window": "7\ud800d"}), "half a character"),
        ],
        ids=["deep", "less_deep", "long", "less_long", "nan", "infinite", "nul", "surrogate"],
    )
    @pytest.mark.parametrize("place", ["document", "tags"])
    def test_json_that_nobody_can_hold_is_refused_at_its_field(
        self, account: AdAccount, text: str, words: str, place: str
    ) -> None:
        client = signed_in(staff(account, Role.ADMIN))
        answer = client.post(self.ADD, form([account], **{place: text}))
        assert answer.status_code == 200
        assert (words if place == "document" else "errorlist") in answer.content.decode()
        assert not Rule.objects.exists()

    def test_backslashes_before_the_word_u0000_are_no_nul(self, account: AdAccount) -> None:
        client = signed_in(staff(account, Role.ADMIN))
        assert client.post(self.ADD, form([account], tags=r'["C:\\u0000"]')).status_code == 302
        assert Rule.objects.get().tags == [r"C:\u0000"]


class TestSettings:
    @pytest.mark.parametrize("role", LESS)
    def test_less_than_an_admin_sets_no_limits_and_no_target(self, account: AdAccount, role: Role) -> None:
        client = signed_in(staff(account, role))
        limits = {"account": account.pk, "mode": "auto"}
        assert client.post("/admin/optimization/accountlimits/add/", limits).status_code == 403
        target = {"account": account.pk, "level": "", "entity_id": "", "target_cpa": "20", "target_roas": ""}
        assert client.post("/admin/intelligence/target/add/", target).status_code == 403
        assert not AccountLimits.objects.exists()
        assert not Target.objects.exists()

    def test_an_admin_elsewhere_sets_none_here(self, account: AdAccount) -> None:
        user = staff(AdAccountFactory.create(), Role.ADMIN)
        MembershipFactory.create(user=user, account=account, role=Role.VIEWER)
        client = signed_in(user)
        client.post("/admin/optimization/accountlimits/add/", {"account": account.pk, "mode": "auto"})
        client.post("/admin/intelligence/target/add/", {"account": account.pk, "target_cpa": "20"})
        assert not AccountLimits.objects.exists()
        assert not Target.objects.exists()

    def test_an_admin_sets_both(self, account: AdAccount) -> None:
        client = signed_in(staff(account, Role.ADMIN))
        client.post("/admin/optimization/accountlimits/add/", {"account": account.pk, "mode": "auto"})
        client.post("/admin/intelligence/target/add/", {"account": account.pk, "target_cpa": "20"})
        assert (AccountLimits.objects.count(), Target.objects.count()) == (1, 1)

    def test_switches_are_for_the_installations_administrator(self, account: AdAccount) -> None:
        client = signed_in(staff(account, Role.ADMIN))
        off = {"name": "ENABLE_RULES_ENGINE"}
        assert client.post("/admin/metaads/switchstate/add/", off).status_code == 403
        row = SwitchState.objects.create(name="ENABLE_RULES_ENGINE", on=True)
        client.post(f"/admin/metaads/switchstate/{row.pk}/change/", {})
        row.refresh_from_db()
        assert row.on

    def test_a_template_for_an_account_can_still_be_adopted_by_its_admin(self, account: AdAccount) -> None:
        client = signed_in(staff(account, Role.ADMIN))
        client.post("/admin/optimization/rule/adopt/", {"template": "zero_conversions", "accounts": [account.pk]})
        assert Rule.objects.get() == adopt("zero_conversions", [account], None, timezone.now())
