"""An imported account is there to be looked at: nothing reads from Meta for it, and nothing is carried out."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from intelligence.importing.store import keep_plan
from metaads.clock import business_now
from metaads.models import AdAccount, AdSet, Role
from metaads.sync.imported import imported_account
from optimization.preview import preview
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory
from tests.intelligence.importing.conftest import HEADINGS, NOW, csv_of, good_rows, planned
from tests.optimization.rules.build import document, leaf
from tests.optimization.views.conftest import signed_in

PAGES = ("/", "/actions/", "/campaigns/?window=7d", "/campaigns/?window=lifetime", "/operations/", "/calendar/")


@pytest.fixture
def imported(db: None) -> AdAccount:
    account = imported_account("My past", "EUR", "Europe/Berlin", NOW)
    keep_plan(planned(csv_of([HEADINGS, *good_rows()])), account, NOW)
    return account


@pytest.fixture
def owner(imported: AdAccount) -> User:
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=imported, role=Role.ADMIN)
    return user


def test_it_is_not_watched_and_no_tick_runs_on_it(imported: AdAccount) -> None:
    assert not AdAccount.objects.watched().exists()
    with pytest.raises(CommandError):
        call_command("tick", account=imported.meta_id)


def test_every_page_shows_it_at_the_end_of_its_data(imported: AdAccount, owner: User) -> None:
    client = signed_in(owner)
    for path in PAGES:
        assert client.get(path).status_code == 200, path
    text = client.get("/campaigns/?window=7d").content.decode()
    assert "Autumn" in text
    ad_set = AdSet.objects.filter(account=imported).order_by("pk")[0]
    assert client.get(f"/adsets/{ad_set.meta_id}/").status_code == 200


def test_markup_in_a_name_is_text(owner: User, imported: AdAccount) -> None:
    AdSet.objects.filter(account=imported).update(name="<script>alert(1)</script>")
    ad_set = AdSet.objects.filter(account=imported).order_by("pk")[0]
    text = signed_in(owner).get(f"/adsets/{ad_set.meta_id}/").content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_accounts_of_files_are_numbered_one_after_the_other(imported: AdAccount) -> None:
    other = imported_account("Another", "USD", "UTC", NOW + timedelta(minutes=1))
    assert int(other.meta_id) == int(imported.meta_id) + 1


def test_a_file_does_not_age_it_ends(imported: AdAccount, owner: User) -> None:
    client = signed_in(owner)
    text = client.get("/campaigns/?window=7d").content.decode()
    assert "file up to 15 Oct 2026" in text
    assert "0 s" not in text
    assert "Complete days up to the end of the file." in text
    assert "not told" in text, "a file names no budgets, so nothing is said to be on the ad sets"


def test_the_freshness_of_watched_accounts_is_not_made_better_or_worse_by_a_file(
    imported: AdAccount, owner: User
) -> None:
    watched = AdAccountFactory.create()
    MembershipFactory.create(user=owner, account=watched, role=Role.VIEWER)
    assert "no data yet" in signed_in(owner).get("/?account=all").content.decode()


def test_a_rule_is_previewed_on_a_file(imported: AdAccount) -> None:
    now = business_now(imported)
    found = preview(imported, "adset", document(leaf("spend_3d", ">", 199)), now)
    assert (found.covered, found.matched, found.problems) == (2, 1, [])
