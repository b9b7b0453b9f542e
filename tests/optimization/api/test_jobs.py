"""Back-tests and simulations are asked for, looked at and cancelled by who sees the account."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from intelligence.importing.store import keep_plan
from metaads.models import Role
from metaads.sync.imported import imported_account
from optimization import jobs
from optimization.models import Job, Rule
from tests.factories.metaads import AdAccountFactory, MembershipFactory
from tests.factories.optimization import NOW, make_rule
from tests.intelligence.importing.conftest import HEADINGS, csv_of, good_rows, planned
from tests.optimization.api.conftest import calling
from tests.optimization.rules.build import document, leaf

DAYS = {"since": "2026-10-08", "until": "2026-10-14"}


@pytest.fixture
def rule(viewer: User) -> Rule:
    """Two weeks of somebody's own past, read from a file, and a rule for it."""
    account = imported_account("My past", "EUR", "Europe/Berlin", NOW)
    keep_plan(planned(csv_of([HEADINGS, *good_rows()])), account, NOW)
    MembershipFactory.create(user=viewer, account=account, role=Role.VIEWER)
    return make_rule(account, leaf("spend_3d", ">", 50))


def asked(client: APIClient, rule: Rule, **more: Any) -> Any:
    return client.post(f"/api/intelligence/rules/{rule.public_id}/backtest", {**DAYS, **more}, format="json")


def test_a_back_test_is_asked_for_looked_at_and_found_done(api: APIClient, rule: Rule) -> None:
    answer = asked(api, rule)
    assert answer.status_code == 202, answer.json()
    told = answer.json()
    assert (told["state"], told["kind"], told["created_by"]) == ("queued", "backtest", "vic")
    assert told["parameters"]["rules"] == [str(rule.public_id)]
    jobs.run(Job.objects.get().pk)
    done = api.get(f"/api/jobs/{told['job_id']}").json()
    assert (done["state"], done["progress"]) == ("done", 1.0), done["note"]
    assert done["result"]["resolutions"] == {"daily": 7}
    assert done["result"]["matched"] == 2, "a file has figures to replay"
    assert done["result"]["rules"][0]["id"] == str(rule.public_id)
    listed = api.get("/api/jobs?state=done").json()["results"]
    assert [one["job_id"] for one in listed] == [told["job_id"]]
    assert "result" not in listed[0]


def test_a_text_that_is_not_saved_is_back_tested_too(api: APIClient, rule: Rule) -> None:
    told = asked(api, rule, document=document(leaf("spend_7d", ">", 90))).json()
    assert told["parameters"]["level"] == "adset"
    wrong = asked(api, rule, document=document(leaf("spnd", ">", 90)))
    assert (wrong.status_code, set(wrong.json()["field_errors"])) == (400, {"document"})


def test_days_that_are_not_stored_are_refused_at_their_name(api: APIClient, rule: Rule) -> None:
    refused = asked(api, rule, since="2020-01-01")
    assert (refused.status_code, set(refused.json()["field_errors"])) == (400, {"since"})
    assert not Job.objects.exists()


def test_the_same_back_test_asked_twice_is_one_job(api: APIClient, rule: Rule) -> None:
    assert asked(api, rule).json()["job_id"] == asked(api, rule).json()["job_id"]


def test_a_waiting_job_is_cancelled_at_once(api: APIClient, rule: Rule) -> None:
    path = f"/api/jobs/{asked(api, rule).json()['job_id']}/cancel"
    ended = api.post(path).json()
    assert (ended["state"], ended["note"]) == ("cancelled", "Cancelled by vic.")
    assert api.post(path).json()["state"] == "cancelled"


def test_anothers_jobs_do_not_exist(api: APIClient, stranger: User, rule: Rule) -> None:
    path = f"/api/jobs/{asked(api, rule).json()['job_id']}"
    outside = calling(stranger)
    assert [outside.get(path).status_code, outside.post(f"{path}/cancel").status_code] == [404, 404]
    assert asked(outside, rule).status_code == 404
    assert outside.get("/api/jobs").json()["results"] == []


def test_a_simulation_wants_rules_of_ones_own_or_a_text(api: APIClient, rule: Rule) -> None:
    path, base = "/api/optimization/simulate", {"account": rule.accounts.get().meta_id}
    foreign = make_rule(AdAccountFactory.create(), leaf("spend_7d", ">", 50))
    assert api.post(path, {**base, "rule_ids": [str(foreign.public_id)]}, format="json").status_code == 404
    for body in (base, {**base, "rule_ids": [str(rule.public_id)], "rule": {"level": "ad", "document": {}}}):
        assert set(api.post(path, body, format="json").json()["field_errors"]) == {"rule_ids"}
    unsaved = {"level": "adset", "document": document(leaf("spend_7d", ">", 50))}
    bodies: list[dict[str, object]] = [{"rule_ids": [str(rule.public_id)], "days": 2, "seed": 3}, {"rule": unsaved}]
    for whole in bodies:
        answer = api.post(path, {**base, **whole}, format="json")
        assert answer.status_code == 202, answer.json()
        assert api.get(f"{path}/{answer.json()['job_id']}").json()["state"] == "queued"
        assert api.post(f"{path}/{answer.json()['job_id']}/cancel").json()["state"] == "cancelled"
    wrong = {"rule": {"level": "adset", "document": {}}}
    assert set(api.post(path, {**base, **wrong}, format="json").json()["field_errors"]) == {"document"}
    back_test = asked(api, rule).json()["job_id"]
    assert api.get(f"{path}/{back_test}").status_code == 404, "a back-test is no simulation"
