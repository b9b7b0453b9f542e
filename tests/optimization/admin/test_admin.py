"""Admin: nobody sees what they were not given, nobody edits what is history, and edits go through the doors."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from django.utils import timezone

from intelligence.models import Target
from metaads.models import AdAccount, Membership, Role, SwitchState
from optimization.models import AccountLimits, Action, EmergencyStop, LedgerEvent, Rule, Status
from optimization.rules.services import adopt
from tests.factories.metaads import AdAccountFactory, AdFactory, MembershipFactory, UserFactory
from tests.optimization.views.conftest import MakeAction, make_action, signed_in

__all__ = ["make_action"]  # the fixture

OURS = {"metaads", "intelligence", "optimization", "notifications"}
READ_ONLY = [
    *(f"metaads.{name}" for name in ("Campaign", "AdSet", "Ad", "Creative")),
    "metaads.JournalStep",
    "metaads.AccountHealth",
    "metaads.NativeRule",
    "metaads.OutsideChange",
    "metaads.Pixel",
    "metaads.SideRead",
    "intelligence.PixelHour",
    "intelligence.PixelQuality",
    "metaads.ApiUsage",
    "intelligence.Reading",
    "intelligence.HourBlock",
    "intelligence.State",
    "intelligence.DayProfile",
    "intelligence.Week",
    "intelligence.CreativeDay",
    "intelligence.StoredFrame",
    "intelligence.Freshness",
    "optimization.Action",
    "optimization.ExportFile",
    "optimization.Job",
    "optimization.LedgerEvent",
    "optimization.LedgerHead",
    "optimization.RuleVersion",
    "optimization.Run",
    "optimization.LimitCounter",
    *(f"optimization.{name}" for name in ("Approval", "Hold", "EntityLock", "Incident", "Outcome", "OrchestratorRun")),
    *(f"optimization.{name}" for name in ("GoalObject", "OrchestratorStep", "SurveyAnswer")),
    *(f"notifications.{name}" for name in ("Notification", "WebhookCall")),
    "django_q.Schedule",
]


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create(name="Northwind")
    return made


@pytest.fixture
def root(db: None) -> Client:
    return signed_in(UserFactory.create(username="root", is_staff=True, is_superuser=True))


def staff(account: AdAccount | None, role: Role = Role.ADMIN) -> User:
    """A member of the staff who may do everything that Django's own permissions give, in one account."""
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    if account:
        MembershipFactory.create(user=user, account=account, role=role)
    return user


def asked_by(user: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def test_every_model_of_ours_is_in_admin() -> None:
    missing = [m for m in apps.get_models() if m._meta.app_label in OURS and m not in admin.site._registry]
    assert missing == []


@pytest.fixture
def everything(account: AdAccount, make_action: MakeAction) -> AdAccount:
    """Rows of every kind in an account that the user under test was not given."""
    AdFactory.create(ad_set__campaign__account=account)
    make_action(account)
    Target.objects.create(account=account, target_cpa=20)
    AccountLimits.objects.create(account=account)
    SwitchState.objects.create(name="ENABLE_RULES_ENGINE")
    EmergencyStop.objects.create(account=account, set_at=timezone.now(), reason="x")
    adopt("zero_conversions", [account], UserFactory.create(), timezone.now())
    return account


def test_staff_without_a_role_see_no_row_of_any_registered_model(everything: AdAccount) -> None:
    request = asked_by(staff(None))
    seen = {m._meta.label: n for m, a in admin.site._registry.items() if (n := a.get_queryset(request).count())}
    assert seen == {}


def test_staff_see_only_their_own_account(everything: AdAccount) -> None:
    mine = AdAccountFactory.create(name="Mine")
    request = asked_by(staff(mine))
    seen = {m._meta.label: n for m, a in admin.site._registry.items() if (n := a.get_queryset(request).count())}
    assert seen == {"metaads.AdAccount": 1, "metaads.Membership": 1, "metaads.Connection": 1}


def test_the_installations_administrator_sees_the_rows(everything: AdAccount) -> None:
    request = asked_by(UserFactory.create(is_staff=True, is_superuser=True))
    for label in ("optimization.Action", "optimization.Rule", "metaads.Ad", "intelligence.Target"):
        assert admin.site._registry[apps.get_model(label)].get_queryset(request).exists(), label  # noqa: TID251


@pytest.mark.parametrize("label", READ_ONLY)
def test_history_and_mirror_are_read_only_even_for_the_administrator(label: str, db: None) -> None:
    request = asked_by(UserFactory.create(is_staff=True, is_superuser=True))
    page = admin.site._registry[apps.get_model(label)]  # noqa: TID251
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)


def test_every_list_and_form_opens(root: Client, everything: AdAccount) -> None:
    for model, page in admin.site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert root.get(path).status_code == 200, path
        first = model._default_manager.first()
        if first is not None:
            answer = root.get(f"{path}{first.pk}/change/")
            assert answer.status_code == 200, path
            assert " style=" not in answer.content.decode(), path
        if page.has_add_permission(asked_by(User.objects.get(username="root"))):
            assert root.get(f"{path}add/").status_code == 200, path


def test_secrets_and_packed_columns_are_never_rendered(root: Client, everything: AdAccount) -> None:
    text = root.get(f"/admin/metaads/connection/{everything.connection_id}/change/").content.decode()
    connection = everything.connection
    for secret in (connection.access_token, connection.app_secret, connection.access_token_sealed):
        assert secret
        assert secret not in text


def seen(*actions: Action) -> list[str]:
    """What the list's rows say of their versions."""
    return [f"{action.pk}:{action.version}" for action in actions]


def test_approving_in_admin_approves_only_what_the_list_showed(
    root: Client, account: AdAccount, make_action: MakeAction
) -> None:
    shown, changed, unseen = (make_action(account) for _ in range(3))
    text = root.get("/admin/optimization/action/").content.decode()
    assert all(f'name="_seen" value="{pair}"' in text for pair in seen(shown, changed, unseen))
    rows = seen(shown, changed)
    Action.objects.filter(pk=changed.pk).update(version=2, value_final=1)
    data = {"action": "approve_selected", "_selected_action": [shown.pk, changed.pk, unseen.pk], "_seen": rows}
    text = root.post("/admin/optimization/action/", data, follow=True).content.decode()
    assert "Approved: 1 of 3." in text
    assert "has changed since you looked" in text
    assert list(Action.objects.filter(status=Status.APPROVED)) == [shown]


def test_approving_in_admin_is_the_same_service(root: Client, account: AdAccount, make_action: MakeAction) -> None:
    good, stale = make_action(account), make_action(account, stale_reason="CPA is back.")
    data = {"action": "approve_selected", "_selected_action": [good.pk, stale.pk], "_seen": seen(good, stale)}
    text = root.post("/admin/optimization/action/", data, follow=True).content.decode()
    assert "Approved: 1 of 2." in text
    assert "CPA is back" in text
    assert LedgerEvent.objects.filter(action_id=good.public_id, kind="optimization_approved").exists()


def test_rejecting_in_admin_needs_a_reason_too(root: Client, account: AdAccount, make_action: MakeAction) -> None:
    action = make_action(account)
    data = {"action": "reject_selected", "_selected_action": [action.pk]}
    assert "Nothing was rejected" in root.post("/admin/optimization/action/", data, follow=True).content.decode()
    root.post("/admin/optimization/action/", {**data, "reason": "sale ends tonight"})
    action.refresh_from_db()
    assert (action.status, action.decision_note) == (Status.REJECTED, "sale ends tonight")


def test_a_viewer_on_the_staff_cannot_approve_in_admin(account: AdAccount, make_action: MakeAction) -> None:
    action = make_action(account)
    client = signed_in(staff(account, Role.VIEWER))
    data = {"action": "approve_selected", "_selected_action": [action.pk], "_seen": seen(action)}
    assert "for managers" in client.post("/admin/optimization/action/", data, follow=True).content.decode()
    assert Action.objects.get().status == Status.PENDING


class TestRules:
    def form(self, document: Any, **changes: Any) -> dict[str, Any]:
        text = document if isinstance(document, str) else json.dumps(document)
        base = {"name": "Mine", "category": "loss_prevention", "level": "adset", "priority": "50", "tags": "[]"}
        return {**base, "document": text, **changes}

    def test_a_sound_rule_is_saved_as_a_version_with_its_event(self, root: Client, account: AdAccount) -> None:
        document = {
            "conditions": {"all": [{"field": "spend_7d", "operator": ">", "value": 50}]},
            "actions": [{"kind": "pause", "parameters": {}}],
        }
        answer = root.post("/admin/optimization/rule/add/", self.form(document, accounts=[account.pk], active="on"))
        assert answer.status_code == 302
        rule = Rule.objects.get()
        assert rule.current
        assert (rule.current.document, rule.active) == (document, True)
        assert LedgerEvent.objects.filter(kind="rule_changed", account_id=account.pk).exists()

    @pytest.mark.parametrize(
        ("document", "words"),
        [
            ("{not json", "Line 1"),
            (
                {
                    "conditions": {"all": [{"field": "spendd_7d", "operator": ">", "value": 1}]},
                    "actions": [{"kind": "pause", "parameters": {}}],
                },
                "conditions.all[0].field",
            ),
            ({"conditions": {"all": []}, "actions": [{"kind": "pause", "parameters": {}}]}, "conditions"),
        ],
    )
    def test_an_unsound_one_is_refused_at_the_field_and_kept_on_the_page(
        self, root: Client, db: None, document: Any, words: str
    ) -> None:
        answer = root.post("/admin/optimization/rule/add/", self.form(document))
        assert answer.status_code == 200
        text = answer.content.decode()
        assert words in text
        assert "errorlist" in text
        assert not Rule.objects.exists()

    def test_adopting_a_template_makes_a_rule_that_is_off(self, root: Client, account: AdAccount) -> None:
        data = {"template": "zero_conversions", "accounts": [account.pk]}
        text = root.post("/admin/optimization/rule/adopt/", data, follow=True).content.decode()
        assert "still switched off" in text
        assert not Rule.objects.get().active

    def test_adopting_for_an_account_of_others_makes_nothing(self, account: AdAccount) -> None:
        client = signed_in(staff(AdAccountFactory.create()))
        client.post("/admin/optimization/rule/adopt/", {"template": "zero_conversions", "accounts": [account.pk]})
        assert not Rule.objects.exists()


class TestDoors:
    def test_a_switch_is_flipped_with_an_event(self, root: Client) -> None:
        root.post("/admin/metaads/switchstate/add/", {"name": "ENABLE_ACTION_EXECUTOR"})
        assert not SwitchState.objects.get().on
        assert LedgerEvent.objects.get().payload == {"switch": "ENABLE_ACTION_EXECUTOR", "on": False}

    def test_a_target_is_saved_and_removed_with_events(self, root: Client, account: AdAccount) -> None:
        data = {"account": account.pk, "level": "", "entity_id": "", "target_cpa": "20", "target_roas": ""}
        root.post("/admin/intelligence/target/add/", data)
        target = Target.objects.get()
        root.post(f"/admin/intelligence/target/{target.pk}/delete/", {"post": "yes"})
        assert not Target.objects.exists()
        assert LedgerEvent.objects.filter(kind="setting_changed").count() == 2

    def test_a_target_of_an_unknown_campaign_is_refused(self, root: Client, account: AdAccount) -> None:
        data = {"account": account.pk, "level": "campaign", "entity_id": "999", "target_cpa": "20"}
        assert "has no campaign 999" in root.post("/admin/intelligence/target/add/", data).content.decode()

    def test_limits_are_saved_with_an_event(self, root: Client, account: AdAccount) -> None:
        data = {"account": account.pk, "mode": "suggest", "max_budget_change_percent": "15"}
        root.post("/admin/optimization/accountlimits/add/", data)
        assert AccountLimits.objects.get().max_budget_change_percent == 15
        assert LedgerEvent.objects.get().payload["limits"]["max_budget_change_percent"] == 15

    @pytest.mark.parametrize(
        ("name", "value"),
        [("max_budget_change_percent", "5000"), ("cooldown_hours", "-1"), ("min_confidence_for_auto", "85")],
    )
    def test_an_odd_limit_is_refused(self, root: Client, account: AdAccount, name: str, value: str) -> None:
        data = {"account": account.pk, "mode": "suggest", name: value}
        assert "is outside 0 to" in root.post("/admin/optimization/accountlimits/add/", data).content.decode()
        assert not AccountLimits.objects.exists()

    def test_a_stop_is_lifted_only_with_a_reason(self, root: Client, account: AdAccount) -> None:
        stop = EmergencyStop.objects.create(account=account, set_at=timezone.now(), reason="odd spend")
        path = f"/admin/optimization/emergencystop/{stop.pk}/change/"
        assert "Say why" in root.post(path, {"lift": "on", "lift_reason": ""}).content.decode()
        root.post(path, {"lift": "on", "lift_reason": "pixel is back"})
        stop.refresh_from_db()
        assert stop.lifted_at
        assert stop.lift_reason == "pixel is back"

    def test_a_manager_on_the_staff_cannot_lift_a_stop_nor_give_roles(self, account: AdAccount) -> None:
        stop = EmergencyStop.objects.create(account=account, set_at=timezone.now(), reason="odd spend")
        client = signed_in(staff(account, Role.MANAGER))
        path = f"/admin/optimization/emergencystop/{stop.pk}/change/"
        assert client.post(path, {"lift": "on", "lift_reason": "please"}).status_code == 403
        friend = UserFactory.create()
        data = {"user": friend.pk, "account": account.pk, "role": "admin"}
        client.post("/admin/metaads/membership/add/", data)
        assert not Membership.objects.filter(user=friend).exists()
