"""How much there is to read: what decides between reading at once and asking Meta for a report.

A read gives its rows at once, page by page, and costs nothing else: cheaper while it is small. A large range may time
out or be refused as too much data, so Meta is asked to prepare it (an asynchronous report run, reference 4.1 and 4.3).
"""

from typing import Any

from metaads.models import Ad, AdAccount, AdSet, Campaign, Level

AT_ONCE_ROWS = 10_000
"""Rows of one level, at most, that are read at once: 20 pages of 500. The demo's 250 ads of 30 days are 7,500."""
REPORT_ROWS = 30_000
"""Rows of one report: three days of 10,000 ads. What was stored before a failure stays."""
LONGEST = 7
"""Days in one read or report, however small."""
_MODELS: dict[str, Any] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


def entities(account: AdAccount, level: str) -> int:
    """Objects of the level that the mirror knows and that are not deleted; 0 before the first sync."""
    found: int = _MODELS[level].objects.filter(account=account, deleted_at=None).count()
    return found


def at_once(account: AdAccount, level: str, days: int) -> bool:
    """Whether so many days are few enough rows to be read without a report."""
    return entities(account, level) * days <= AT_ONCE_ROWS


def days_in_report(account: AdAccount, level: str) -> int:
    """Days that one report should hold."""
    return max(1, min(LONGEST, REPORT_ROWS // max(entities(account, level), 1)))
