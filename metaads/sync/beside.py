"""What metaads collects beside structure and figures, in the order in which it is done."""

from datetime import timedelta

from metaads.sync.changes import WHAT, sync_changes
from metaads.sync.check import check_daily
from metaads.sync.health import changed_since, sync_health
from metaads.sync.minimums import sync_minimums
from metaads.sync.native_rules import sync_governed, sync_native_rules
from metaads.sync.steps import Step

HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)

CHANGES = Step(WHAT, HOURLY, sync_changes)
NATIVE_RULES = Step("native_rules", HOURLY, sync_native_rules)
GOVERNED = Step("governed", DAILY, sync_governed)
HEALTH = Step("health", DAILY, sync_health, wanted=changed_since)
MINIMUMS = Step("minimums", DAILY, sync_minimums)
TOKEN = Step("token", DAILY, check_daily)

STEPS = (CHANGES, NATIVE_RULES, GOVERNED, HEALTH, MINIMUMS, TOKEN)
