"""The pages show what is there, to whom it belongs, under a strict Content-Security-Policy."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intelligence.models import Freshness
from metaads.models import AdAccount, Role, SwitchState
from notifications.send import notify
from optimization.models import Action, Status
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.optimization.views.conftest import VERDICTS, MakeAction, signed_in

PAGES = ["/", "/actions/", "/actions/?show=history", "/stop/"]


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def desk(euro: AdAccount, make_action: MakeAction) -> Action:
    now = timezone.now()
    for level in ("campaign", "adset", "ad"):
        Freshness.objects.create(account=euro, level=level, read_at=now - timedelta(minutes=4))
    make_action(euro, status=Status.EXECUTED, decided_at=now, executed_at=now)
    make_action(euro, status=Status.FAILED, decided_at=now, outcome_note="Changed by someone else.")
    return make_action(euro)


def test_every_page_needs_a_log_in(client: Client, desk: Action) -> None:
    for path in [*PAGES, f"/actions/{desk.public_id}/", "/live/version"]:
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith("/accounts/login/"), path


def test_no_page_carries_an_inline_script_or_style(page: Client, desk: Action) -> None:
    for path in [*PAGES, f"/actions/{desk.public_id}/", "/accounts/2fa/", "/accounts/password/change/"]:
        text = html(page, path)
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", text), path
        assert "unsafe" not in page.get(path).headers["Content-Security-Policy"]


def test_the_log_in_page_offers_no_sign_up(client: Client, db: None) -> None:
    text = html(client, "/accounts/login/")
    assert "signup" not in text
    assert "closed" in html(client, "/accounts/signup/").lower()


def test_a_card_says_verb_object_change_reason_stake_and_rails(page: Client, desk: Action) -> None:
    text = html(page, "/")
    for words in ("Lower budget", desk.entity_name, "120.00 → 84.00 EUR a day", "−30 %", desk.reason, "36.00 EUR"):
        assert words in text
    assert "Trimmed from -50 % to -30 %" in text
    assert "not computed yet" in text


def test_a_viewer_sees_the_card_and_no_button(viewer: User, desk: Action) -> None:
    text = html(signed_in(viewer), "/")
    assert desk.entity_name in text
    assert "approve/" not in text
    assert 'href="/stop/"' not in text


def test_the_case_file_tells_the_whole_story(page: Client, desk: Action) -> None:
    text = html(page, f"/actions/{desk.public_id}/")
    assert "48.20 EUR" in text
    assert "40.00 EUR" in text
    assert "would hold if it fell by 0.10 %" in text
    assert "Not measured yet" in text
    assert "Suggested" in text
    assert "As table" in text


def test_the_case_file_is_about_its_own_account_whatever_was_chosen(
    page: Client, manager: User, yen: AdAccount, desk: Action, make_action: MakeAction
) -> None:
    MembershipFactory.create(user=manager, account=yen)
    other = make_action(yen, currency="JPY")
    page.get(f"/?account={desk.account_id}")
    top = html(page, f"/actions/{other.public_id}/").partition("</summary>")[0]
    assert "Kanto" in top
    assert "JPY" in top


def test_money_of_different_currencies_is_never_added_up(
    page: Client, manager: User, yen: AdAccount, desk: Action, make_action: MakeAction
) -> None:
    MembershipFactory.create(user=manager, account=yen)
    make_action(yen, at_stake=1_500)
    text = html(page, "/?account=all")
    assert "36.00 EUR, 1,500 JPY a day at stake" in text


def test_only_given_accounts_are_shown_or_can_be_chosen(page: Client, yen: AdAccount, desk: Action) -> None:
    assert "Kanto" not in html(page, f"/?account={yen.pk}")


def test_somebody_without_an_account_is_told_what_to_do(db: None) -> None:
    text = html(signed_in(UserFactory.create()), "/")
    assert "No ad account yet" in text
    assert "An administrator has to give you a role" in text


def test_empty_states_teach(page: Client) -> None:
    assert "Rules look at every new reading" in html(page, "/")
    assert "Nothing waits for you" in html(page, "/actions/")


def test_a_stage_that_is_off_is_named_on_every_page(page: Client, desk: Action) -> None:
    SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
    text = html(page, "/")
    assert "ENABLE_ACTION_EXECUTOR was turned off in admin" in text
    assert "(to be done by hand)" in text


def test_notices_of_other_accounts_stay_theirs(page: Client, euro: AdAccount, yen: AdAccount) -> None:
    for account in (euro, yen):
        notify(
            subject=f"account:{account.pk}",
            key=f"k{account.pk}",
            kind="insight",
            severity="info",
            title=f"Learning in {account.name}",
            body="",
            link="",
            now=timezone.now(),
        )
    text = html(page, "/")
    assert "Learning in Northwind" in text
    assert "Learning in Kanto" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=nothing-like-it", 0), ("kind=pause", 0), ("kind=decrease_budget", 1), ("level=ad", 0), ("age=4", 1)],
)
def test_filters_narrow_the_queue(page: Client, desk: Action, query: str, found: int) -> None:
    assert html(page, f"/actions/?{query}").count("<article") == found


def test_names_from_meta_are_escaped(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro, entity_name="<script src=//x></script>", reason="<img src=x>")
    for path in ("/", "/actions/", f"/actions/{action.public_id}/"):
        text = html(page, path)
        assert "<script src=//x>" not in text
        assert "<img src=x>" not in text


def counts(page: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert page.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", ["/", "/actions/", "/actions/?show=history"])
def test_more_actions_do_not_mean_more_queries(
    page: Client, euro: AdAccount, make_action: MakeAction, path: str
) -> None:
    now = timezone.now()
    for status in (Status.PENDING, Status.EXECUTED):
        make_action(euro, status=status, decided_at=now, executed_at=now)
    counts(page, path)
    few = counts(page, path)
    for status in (Status.PENDING, Status.EXECUTED) * 6:
        make_action(euro, status=status, decided_at=now, executed_at=now)
    assert counts(page, path) == few


def test_an_admin_of_one_account_is_no_admin_of_another(
    euro: AdAccount, yen: AdAccount, make_action: MakeAction
) -> None:
    user = UserFactory.create()
    MembershipFactory.create(user=user, account=euro, role=Role.ADMIN)
    MembershipFactory.create(user=user, account=yen, role=Role.VIEWER)
    mine, theirs = make_action(euro), make_action(yen)
    page = signed_in(user)
    assert page.post(f"/actions/{mine.public_id}/approve/").status_code == 302
    assert page.post(f"/actions/{theirs.public_id}/approve/").status_code == 403


def test_what_holds_an_action_back_stands_before_what_passed(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    rails = [{"guard": key, "outcome": "pass", "reason": "Fine.", "setting": "", "remaining": room}
             for key, room in (("cooldown", 0.9), ("counts", 0.25), ("lock", None))]  # fmt: skip
    action = make_action(euro, verdicts=[*rails, *VERDICTS])
    html = page.get(f"/actions/{action.public_id}/").content.decode()
    loud, _, folded = html.partition("<summary>4 rails passed, the nearest limit 25 % away (")
    assert "Trimmed from -50 % to -30 %." in loud
    assert folded.index("25 % room") < folded.index("90 % room")
    assert "Fine." in folded
    free = make_action(euro, verdicts=rails)
    assert "None holds it back." in page.get(f"/actions/{free.public_id}/").content.decode()
