"""Server time and queries of the pages with 1,000 campaigns, 4,000 ad sets, 10,000 ads and 90 days of readings."""

import time
from statistics import quantiles

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intelligence.metrics.table import frame_for_tick
from metaads.models import Level
from optimization.cycle import run_cycle
from optimization.models import Action, Rule
from optimization.rules.keeping import duplicate
from optimization.rules.services import adopt, set_active
from optimization.rules.templates import STARTERS
from optimization.views.entity import TABS
from optimization.views.rule import TABS as RULE_TABS
from tests.benchmarks.estate import FIRST, NOW, build

ROUNDS = 40
RULES = 100


def run(campaigns: int = 1000) -> dict[str, object]:
    """p50 and p95 in milliseconds, and the number of queries, for each page."""
    with transaction.atomic():
        try:
            return measured(campaigns)
        finally:
            transaction.set_rollback(True)


def measured(campaigns: int) -> dict[str, object]:
    account = build(campaigns=campaigns, ad_sets=4 * campaigns, ads=10 * campaigns, days=90)
    user = User.objects.create_superuser("bench", "bench@example.com", "bench-password")
    for key in STARTERS:
        set_active(adopt(key, [account], user, NOW), True, user, NOW, without_dry_run="measured")
    for level in Level:
        frame_for_tick(account, level, NOW)
    run_cycle(account, NOW)
    client = Client()
    client.force_login(user)
    pages = {"dashboard": "/", "dashboard, one account": f"/?account={account.pk}", "queue": "/actions/"}
    first = Action.objects.filter(account=account).first()
    if first is not None:
        pages["action"] = f"/actions/{first.public_id}/"
    campaign, ad_set, ad = FIRST[Level.CAMPAIGN], FIRST[Level.AD_SET], FIRST[Level.AD]
    pages["campaigns"] = "/campaigns/"
    pages["campaigns, delivery of 14 days"] = "/campaigns/?window=14d&preset=delivery&sort=-ctr"
    pages |= {f"campaign, {tab}": f"/campaigns/{campaign}/?tab={tab}" for tab in TABS}
    pages |= {"ad set": f"/adsets/{ad_set}/", "ad": f"/ads/{ad}/", "operations": "/operations/"}
    pages |= _rules(user)
    pages["version"] = "/live/version"
    return {
        "name": "pages",
        "campaigns": campaigns,
        "database": connection.vendor,
        "open_actions": Action.objects.filter(account=account).count(),
        "target": "dashboard, campaigns and the list of rules p95 under 200 ms",
        "pages": {name: _measure(client, path) for name, path in pages.items()},
    }


def _rules(user: User) -> dict[str, str]:
    """The list with a hundred rules, and each tab of one of them."""
    first = Rule.objects.order_by("pk")[0]
    for _ in range(RULES - Rule.objects.count()):
        duplicate(first, user, NOW)
    tabs = {f"rule, {tab}": f"/rules/{first.public_id}/?tab={tab}" for tab in RULE_TABS}
    return {f"rules, {RULES} of them": "/rules/?state=", **tabs}


def _measure(client: Client, path: str) -> dict[str, object]:
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as queries:
        status = client.get(path).status_code
        asked = len(queries)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - start) * 1000)
    cuts = quantiles(times, n=20)
    return {"status": status, "p50_ms": round(cuts[9], 1), "p95_ms": round(cuts[18], 1), "queries": asked}
