"""A rule over a stretch of the past: by the hour, by the day, refused beyond, with cooldowns, limits and stops."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdAccount, AdSet
from optimization import jobs
from optimization.backtest import BacktestRefused, BacktestResult, Unsaved, backtest
from optimization.jobs import JobRefused
from optimization.models import EmergencyStop, Job, Rule
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdSetFactory
from tests.factories.optimization import budget_action, keep_frame, make_rule
from tests.optimization.rules.build import document, leaf

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 11, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPENDS = leaf("spend_7d", ">", 50)
LOWER = {"kind": "decrease_budget", "parameters": {"percent": 10}}
RAISE = {"kind": "increase_budget", "parameters": {"percent": 15}}
Keep = Callable[..., None]


@pytest.fixture
def sets() -> list[AdSet]:
    """Two ad sets of one campaign with 100.00 a day each, in an account in UTC."""
    first: AdSet = AdSetFactory.create(campaign__account__timezone_name="UTC")
    return [first, AdSetFactory.create(campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    account = sets[0].account
    for ago in range(8):
        day = NOW.date() - timedelta(days=ago)
        spent = {"spend": 24.0, "impressions": 100, "actions.omni_purchase": 2, "action_values.omni_purchase": 90}
        rows = {one.meta_id: spent for one in sets}
        late = datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)
        for read_at in {min(late, NOW), min(late + 4 * HOUR, NOW)}:  # before its end, and once it was over
            reading(account, "adset", day, read_at, rows)
    return account


@pytest.fixture
def keep(sets: list[AdSet], account: AdAccount) -> Keep:
    """Stores tables by the hour: what the two had spent in seven days, `spent[i]` at START + i hours."""

    def make(*spent: tuple[float, float], every: float = 1) -> None:
        for place, values in enumerate(spent):
            at = START + HOUR * every * place
            keep_frame(account, "campaign", state([sets[0].campaign]), at)
            keep_frame(account, "adset", {**state(sets), "spend_7d": list(values), "spend_today": [at.hour] * 2}, at)

    return make


def state(entities: list[Any]) -> dict[str, list[Any]]:
    count = len(entities)
    budgets = [one.daily_budget / 100 if one.daily_budget else None for one in entities]
    campaigns = [getattr(one, "campaign", one).meta_id for one in entities]
    return {
        "ids": [one.meta_id for one in entities], "name": [one.name for one in entities],
        "status": ["ACTIVE"] * count, "effective_status": ["ACTIVE"] * count, "learning_phase": ["ACTIVE"] * count,
        "campaign_id": campaigns, "parent_id": campaigns, "hours_since_created": [900.0] * count,
        "daily_budget": budgets, "lifetime_budget": [None] * count,
    }  # fmt: skip


def replayed(account: AdAccount, *actions: dict[str, Any], until: datetime = NOW, **options: Any) -> BacktestResult:
    text = {**document(SPENDS), **({"actions": list(actions)} if actions else {}), **options.pop("more", {})}
    return backtest(account, [Unsaved("adset", text)], options.pop("since", START), until, now=NOW, **options)


def test_each_firing_stands_on_the_timeline_once(account: AdAccount, sets: list[AdSet], keep: Keep) -> None:
    keep((10, 40), (60, 40), (70, 40), (80, 55))
    found = replayed(account, until=START + 5 * HOUR)
    assert [(one.at - START, one.entity_id, one.final) for one in found.firings] == [
        (HOUR, sets[0].meta_id, "PAUSED"),
        (3 * HOUR, sets[1].meta_id, "PAUSED"),
    ]
    assert (found.resolution, found.matched) == ("hourly", 2)
    assert found.firings[0].reason == "Spend 60.00 EUR in the last 7 days."


def test_what_it_cuts_is_what_was_really_spent_afterwards(account: AdAccount, keep: Keep) -> None:
    keep((10, 10), *([(60, 10)] * 5))
    found = replayed(account, until=START + timedelta(hours=24))
    (firing,) = found.firings
    assert firing.after is not None
    assert firing.after.spend_cut == pytest.approx(23.0), "24.00 that day, of which 1.00 by then"
    assert firing.after.conversions_lost == pytest.approx(2 * 23 / 24, abs=0.001)
    assert found.totals()["value_lost"] == pytest.approx(90 * 23 / 24, abs=0.01)


def test_a_rules_own_cooldown_holds_in_the_past_too(account: AdAccount, keep: Keep) -> None:
    keep(*([(60, 10)] * 6))
    more = {"safety": {"cooldown_hours": 3}}
    found = replayed(account, LOWER, until=START + 5 * HOUR, more=more)
    assert [one.at - START for one in found.firings] == [0 * HOUR, 3 * HOUR]
    assert [one.before for one in found.firings] == [10_000, 9_000]
    assert found.nothing == {"The rule's own cooldown is not over.": 1}


def test_the_accounts_limits_trim_and_block_in_the_past_too(account: AdAccount, keep: Keep) -> None:
    keep(*([(60, 10)] * 24))
    found = replayed(account, RAISE, until=START + timedelta(hours=23))
    raised = [(one.before, one.final) for one in found.firings]
    assert raised == [(10_000, 11_500), (11_500, 12_000)], "+20 % a day in all"
    assert found.blocked == {"cooldown": 1, "budget_step": 1}


def test_changes_of_other_origin_count_for_the_cooldown(account: AdAccount, sets: list[AdSet], keep: Keep) -> None:
    keep(*([(60, 10)] * 6))
    budget_action(sets[0], status="executed", executed_at=START + HOUR / 2, source="person")
    found = replayed(account, RAISE, until=START + 5 * HOUR)
    assert [one.at - START for one in found.firings] == [0 * HOUR, 5 * HOUR]


def test_nothing_fires_while_a_stop_was_in_force(account: AdAccount, keep: Keep) -> None:
    keep(*([(60, 10)] * 4))
    EmergencyStop.objects.create(account=account, set_at=START - HOUR, lifted_at=START + 2 * HOUR)
    assert [one.at - START for one in replayed(account, until=START + 3 * HOUR).firings] == [2 * HOUR]


def test_only_the_asked_campaign_counts(account: AdAccount, sets: list[AdSet], keep: Keep) -> None:
    keep((60, 60))
    assert len(replayed(account, until=START + HOUR, campaign=sets[0].campaign.meta_id).firings) == 2
    assert replayed(account, until=START + HOUR, campaign="999").firings == []


def test_old_data_decide_nothing(account: AdAccount, sets: list[AdSet], keep: Keep) -> None:
    keep_frame(account, "adset", {**state(sets), "spend_7d": [60, 60]}, START, timedelta(hours=4))
    assert replayed(account, until=START + HOUR).firings == []


def test_older_days_are_looked_at_once_and_labelled(account: AdAccount) -> None:
    three_days = {"conditions": leaf("spend_3d", ">", 50)}
    found = replayed(account, since=START - timedelta(days=2), until=START - HOUR / 60, more=three_days)
    assert (found.resolution, dict(found.resolutions)) == ("daily", {"daily": 2})
    assert any("2 days were looked at once" in note for note in found.notes)
    assert [one.resolution for one in found.firings] == ["daily"] * 2
    assert [one.at for one in found.firings] == [datetime(2026, 11, 16, 23, 59, tzinfo=UTC)] * 2


def test_days_that_nobody_watched_are_labelled_as_restated(account: AdAccount, sets: list[AdSet]) -> None:
    for ago in range(9, 19):
        rows = {sets[0].meta_id: {"spend": 40.0, "impressions": 9}}
        reading(account, "adset", NOW.date() - timedelta(days=ago), NOW - timedelta(hours=2), rows)
    found = replayed(account, since=NOW - timedelta(days=10), until=NOW - timedelta(days=9, hours=6))
    assert dict(found.resolutions) == {"restated": 1}
    assert any("late conversions are visible" in note for note in found.notes)
    assert [one.entity_id for one in found.firings] == [sets[0].meta_id]


def test_beyond_the_stored_days_it_is_refused_with_the_date_that_works(account: AdAccount) -> None:
    with pytest.raises(BacktestRefused, match="Start on 2026-11-13") as refused:
        replayed(account, since=START - timedelta(days=20))
    assert refused.value.field == "since"
    with pytest.raises(BacktestRefused, match="before the end"):
        replayed(account, since=NOW + HOUR)
    with pytest.raises(BacktestRefused, match="No day"):
        replayed(AdAccountFactory.create())


def test_a_notice_counts_whom_it_would_name(account: AdAccount, keep: Keep) -> None:
    keep((60, 60), (60, 10))
    found = replayed(account, {"kind": "notify_only", "parameters": {"message": "look"}}, until=START + HOUR)
    assert (found.told, found.firings) == (2, [])


def test_progress_can_end_it(account: AdAccount, keep: Keep) -> None:
    keep(*([(60, 10)] * 6))
    told: list[float] = []

    def stop(share: float, note: str) -> None:
        told.append(share)
        if share > 0.4:
            raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        replayed(account, until=START + 5 * HOUR, progress=stop)
    assert told == sorted(told)
    assert len(told) == 4


class TestJob:
    def ask(self, account: AdAccount, **parameters: Any) -> Job:
        given = {"since": "2026-11-18", "until": "2026-11-18", **parameters}
        return jobs.start("backtest", account, given, None, NOW)

    def test_a_saved_rule_is_replayed_in_a_worker(self, account: AdAccount, sets: list[AdSet], keep: Keep) -> None:
        keep((60, 10))
        rule = make_rule(account, SPENDS)
        job = self.ask(account, rules=[str(rule.public_id)])
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.note
        assert job.result["totals"]["firings"] == 1
        assert job.result["firings"][0]["entity_id"] == sets[0].meta_id
        assert job.result["rules"][0]["id"] == str(rule.public_id)

    def test_an_unsaved_text_is_replayed_too(self, account: AdAccount, keep: Keep) -> None:
        keep((60, 10))
        job = self.ask(account, document=document(SPENDS), level="adset")
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.result["totals"]["firings"] == 1

    def test_what_cannot_be_replayed_is_refused_at_once_by_name(self, account: AdAccount) -> None:
        other = make_rule(AdAccountFactory.create(), SPENDS)
        for named, wrong in (
            ("rules", {}),
            ("rules", {"rules": [str(other.public_id)]}),
            ("level", {"document": document(SPENDS)}),
            ("document", {"document": document(leaf("spent", ">", 1)), "level": "adset"}),
            ("since", {"document": document(SPENDS), "level": "adset", "since": "2026-01-01"}),
            ("mode", {"document": document(SPENDS), "level": "adset", "mode": "as_recorded"}),
        ):
            with pytest.raises(JobRefused) as refused:
                self.ask(account, **wrong)
            assert refused.value.field == named
        assert not Job.objects.exists()


class TestCommand:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("backtest_rules", *arguments, "--now", NOW.isoformat(), stdout=out)
        return out.getvalue()

    def test_it_shows_each_firing_and_the_sums(self, account: AdAccount, sets: list[AdSet], keep: Keep) -> None:
        keep((60, 10))
        make_rule(account, SPENDS, LOWER, name="Lower it")
        text = self.run("--rule", "Lower it", "--from", str(date(2026, 11, 18)), "--to", "2026-11-18")
        assert f"2026-11-18 00:00  {sets[0].name}: Lower budget 100.00 → 90.00 EUR a day" in text
        assert "1 firings on 1 entities. Would have cut 2.40 EUR" in text

    def test_json_holds_the_whole_result(self, account: AdAccount, keep: Keep) -> None:
        keep((60, 10))
        rule = make_rule(account, SPENDS)
        found = json.loads(self.run("--rule", str(rule.public_id), "--from", "2026-11-18", "--json"))
        assert found["totals"]["firings"] == len(found["firings"]) == 1

    def test_it_says_what_works_instead(self, account: AdAccount) -> None:
        make_rule(account, SPENDS, name="Mine")
        with pytest.raises(CommandError, match="not replayed"):
            self.run("--rule", "Mine", "--from", "2026-01-01")
        with pytest.raises(CommandError, match="no rule 'Nobody'"):
            self.run("--rule", "Nobody")
        with pytest.raises(CommandError, match="is no ISO date"):
            self.run("--rule", "Mine", "--from", "last week")
        assert Rule.objects.count() == 1
