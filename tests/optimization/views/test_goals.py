"""/goals/: set up, switched, previewed and run from the pages; a viewer looks and changes nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount, Creative, Role
from optimization.models import Action, Goal, OrchestratorRun, OrchestratorSettings, SurveyAnswer
from optimization.orchestrator.goals import make_goal
from optimization.tasks import run_goals
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.optimization.conftest import NOW, Meta
from tests.optimization.orchestrator.conftest import Started, creatives, shop, started
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.test_campaigns import html

__all__ = ["shop", "started"]


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("goals", "goal_creative", "goal_doors", "goal_edit", "goal_scores"):
        monkeypatch.setattr(f"optimization.views.{module}.business_now", lambda account: NOW)
    monkeypatch.setattr("optimization.tasks.business_now", lambda account: NOW)


def person(account: AdAccount, role: Role) -> Client:
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=account, role=role)
    return signed_in(user)


def run_by_a_worker(page: Client, account: AdAccount) -> None:
    """Asked twice it is one run, and a doubled message finds nothing."""
    for _ in range(2):
        assert page.post("/goals/run/", {"account": str(account.pk)}).status_code == 302
    waits = html(page, "/goals/")
    assert "Waiting for a worker" in waits
    assert 'hx-trigger="every 2s"' in waits
    assert (OrchestratorRun.objects.count(), Action.objects.count()) == (1, 0)
    assert run_goals(account.pk).endswith("goals completed.")
    assert "no goal is due" in run_goals(account.pk)


def test_from_nothing_to_a_proposal(shop: Meta) -> None:
    page = person(shop.account, Role.MANAGER)
    assert "Set the first goal" in html(page, "/goals/")
    assert "link_click occurred" in html(page, "/goals/new/")
    assert page.post("/goals/new/", {"key": "traffic"}).status_code == 302
    goal = Goal.objects.get()
    one = f"/goals/{goal.public_id}/"
    form = {"name": "Visits", "signal": "link_click", "priority": "5", "budget_hint": "15", "learning_share": ""}
    assert page.post(one, form).status_code == 302
    for creative in creatives(shop.account)[:2]:
        page.post(f"{one}creatives/", {"creative": creative})
    first, second = goal.creatives.all()
    page.post(f"{one}creatives/{first.public_id}/", {"decision": "approve"})
    page.post(f"{one}creatives/{second.public_id}/", {"decision": "reject"})
    assert [row.state for row in goal.creatives.all()] == ["approved", "rejected"]
    page.post(f"{one}switch/", {"active": "1"})
    goal.refresh_from_db()
    assert (goal.active, goal.name, goal.priority, goal.budget_hint) == (True, "Visits", 5, Decimal(15))

    shown = html(page, "/goals/")
    assert "15.00" in shown
    assert "Would be proposed" not in shown
    planned = html(page, "/goals/?plan=1")
    assert "Would be proposed" in planned
    assert not OrchestratorRun.objects.exists()

    run_by_a_worker(page, shop.account)
    action, after = Action.objects.get(), html(page, "/goals/")
    assert f"/actions/{action.public_id}/" in after
    for word in ("Completed", "1 campaign to create", "Create campaign", "Proposed"):
        assert word in after, word
    assert "Removed" not in html(page, one)
    assert page.post(f"{one}remove/").status_code == 302
    assert Goal.objects.exists(), "what it proposed keeps its goal"


def test_a_creative_is_described_with_a_picture_of_the_accounts(shop: Meta) -> None:
    goal, page = make_goal(shop.account, "traffic", None, NOW), person(shop.account, Role.MANAGER)
    address = f"/goals/{goal.public_id}/creatives/new/"
    picture = Creative.objects.filter(account=shop.account).exclude(image_hash="").latest("pk").image_hash
    assert f'<option value="{picture}">' in html(page, address)
    form = {"name": "Blue", "message": "New in", "headline": "Half price", "call_to_action": "SHOP_NOW"}
    answer = page.post(address, form)
    said = answer.content.decode()
    assert (answer.status_code, goal.creatives.count()) == (422, 0)
    assert "Give an image or a video" in said
    assert "Half price" in said, "what was typed stands"
    wrong = page.post(address, {**form, "picture": picture, "link": "shop.example"})
    assert "It is not written as Meta takes it" in wrong.content.decode()

    answer = page.post(address, {**form, "picture": picture, "link": "https://shop.example/"}, follow=True)
    row = goal.creatives.get()
    assert (row.state, row.origin, row.creative_id) == ("draft", "made", "")
    assert row.spec == {
        **form, "page_id": "104000000000002", "image_hash": picture, "link": "https://shop.example/",
    }  # fmt: skip
    assert "Half price" in answer.content.decode()
    assert not Action.objects.exists(), "nothing is asked of Meta before somebody approves it"
    page.post(f"/goals/{goal.public_id}/creatives/{row.public_id}/", {"decision": "approve"})
    assert Action.objects.get().kind == "create_creative"


def test_the_scoreboard_says_what_is_met_and_what_is_not_known(shop: Meta, started: Started) -> None:
    started("traffic")
    text = html(person(shop.account, Role.VIEWER), "/goals/scoreboard/")
    for words in ("Winners in 7 days", "aim 30 %", "no data", "Goals that learn", "aim 80 %", "Nothing learns yet"):
        assert words in text, words


def test_toggles_are_saved_at_once(page: Client, euro: AdAccount) -> None:
    asked = {"account": str(euro.pk), "name": "auto_pause_losers", "on": "1"}
    assert page.post("/goals/toggle/", asked).status_code == 302
    row = OrchestratorSettings.objects.get(account=euro)
    assert (row.auto_pause_losers, row.auto_scale_winners) == (True, False)
    assert 'id="toggle-auto_pause_losers" name="on" value="0" role="switch" aria-checked="true"' in html(
        page, "/goals/"
    )
    page.post("/goals/toggle/", {**asked, "on": "0"})
    row.refresh_from_db()
    assert not row.auto_pause_losers
    assert page.post("/goals/toggle/", {**asked, "name": "account_id"}).status_code == 404


def test_money_and_assets_are_kept_and_nonsense_is_said(page: Client, euro: AdAccount) -> None:
    form = {"global_daily_budget": "20", "max_daily_budget": "60", "countries": "de, AT", "page_id": "77"}
    assert page.post("/goals/settings/", form).status_code == 302
    row = OrchestratorSettings.objects.get(account=euro)
    assert (row.countries, row.page_id, row.max_daily_budget) == (["DE", "AT"], "77", Decimal(60))
    answer = page.post("/goals/settings/", {**form, "countries": "Germany"})
    assert (answer.status_code, "two capital letters" in answer.content.decode()) == (422, True)
    row.refresh_from_db()
    assert row.countries == ["DE", "AT"]


def test_a_goal_without_its_signal_stays_off_and_says_why(page: Client, euro: AdAccount, manager: User) -> None:
    row = OrchestratorSettings.objects.create(account=euro, countries=["DE"], page_id="77", pixel_id="78")
    assert row.pk
    goal = make_goal(euro, "leads", manager, NOW)
    answer = page.post(f"/goals/{goal.public_id}/switch/", {"active": "1"}, follow=True)
    assert "stays off" in answer.content.decode()
    goal.refresh_from_db()
    assert not goal.active
    bad = page.post(f"/goals/{goal.public_id}/", {"name": "Leads", "signal": "lead", "priority": "9"})
    assert bad.status_code == 422
    assert page.post(f"/goals/{goal.public_id}/remove/").status_code == 302
    assert not Goal.objects.exists()


def test_a_viewer_looks_and_changes_nothing(viewer: User, euro: AdAccount) -> None:
    goal, client = make_goal(euro, "leads", None, NOW), signed_in(viewer)
    text = html(client, "/goals/") + html(client, f"/goals/{goal.public_id}/")
    for door in ("goals/run/", "goals/toggle/", "/switch/", "goals/new/", "/creatives/"):
        assert door not in text, door
    account = str(euro.pk)
    for path, data in (
        ("/goals/run/", {"account": account}),
        ("/goals/toggle/", {"account": account, "name": "auto_pause_losers", "on": "1"}),
        (f"/goals/{goal.public_id}/", {"name": "Mine"}),
        (f"/goals/{goal.public_id}/remove/", {}),
    ):
        assert client.post(path, data).status_code == 403, path
    assert not OrchestratorRun.objects.exists()


def test_each_account_has_its_own_goals(page: Client, manager: User, euro: AdAccount, yen: AdAccount) -> None:
    foreign = make_goal(yen, "leads", None, NOW, name="Kanto leads")
    assert page.get(f"/goals/{foreign.public_id}/").status_code == 404
    assert "Kanto leads" not in html(page, "/goals/")
    MembershipFactory.create(user=manager, account=yen, role=Role.VIEWER)
    assert "Choose an ad account" in html(page, "/goals/?account=all")
    assert "Kanto leads" in html(page, f"/goals/?account={yen.pk}")
    assert page.post("/goals/run/", {"account": str(yen.pk)}).status_code == 403


def test_the_one_question_is_asked_of_who_manages_for_a_month(page: Client, manager: User, euro: AdAccount) -> None:
    assert "One question" not in html(page, "/goals/")
    User.objects.filter(pk=manager.pk).update(date_joined=timezone.now() - timedelta(days=31))
    assert "One question" in html(page, "/goals/")
    assert page.post("/goals/survey/", {"score": "6"}).status_code == 404
    page.post("/goals/survey/", {"score": "4"})
    assert SurveyAnswer.objects.get(user=manager).score == 4
    assert "One question" not in html(page, "/goals/")


def test_names_are_escaped(page: Client, euro: AdAccount) -> None:
    make_goal(euro, "leads", None, NOW, name="<script src=//x></script>")
    assert "<script src=//x>" not in html(page, "/goals/")
