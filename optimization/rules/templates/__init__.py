"""Rule templates, one a file. Adding one: write the file, list it here (docs/adding/template.md)."""

from optimization.rules.templates import (
    active_not_delivering,
    budget_pacing,
    cpa_over_target,
    cpm_spike,
    creative_fatigue,
    dayparting,
    frequency_cap,
    night_watch,
    overspend_guard,
    protect_learning,
    relaunch_recovered,
    rising_cpa,
    roas_drop,
    sales_stopped,
    scale_top,
    scale_winners,
    spend_without_link_clicks,
    stale_ad,
    trim_bottom,
    weekend_boost,
    winners_learning_limited,
    zero_conversions,
)
from optimization.rules.templates.base import Template, Usd

ALL: tuple[Template, ...] = (
    zero_conversions.TEMPLATE,
    cpa_over_target.TEMPLATE,
    scale_winners.TEMPLATE,
    protect_learning.TEMPLATE,
    creative_fatigue.TEMPLATE,
    overspend_guard.TEMPLATE,
    spend_without_link_clicks.TEMPLATE,
    roas_drop.TEMPLATE,
    rising_cpa.TEMPLATE,
    sales_stopped.TEMPLATE,
    active_not_delivering.TEMPLATE,
    cpm_spike.TEMPLATE,
    frequency_cap.TEMPLATE,
    stale_ad.TEMPLATE,
    relaunch_recovered.TEMPLATE,
    winners_learning_limited.TEMPLATE,
    budget_pacing.TEMPLATE,
    night_watch.TEMPLATE,
    dayparting.TEMPLATE,
    weekend_boost.TEMPLATE,
    scale_top.TEMPLATE,
    trim_bottom.TEMPLATE,
)
STARTERS: tuple[str, ...] = tuple(template.key for template in ALL[:5])
"""The five to begin with, which need nothing to be named or thought about first."""
TEMPLATES: dict[str, Template] = {template.key: template for template in ALL}
if len(TEMPLATES) != len(ALL):
    raise RuntimeError("two rule templates share a key")

__all__ = ["ALL", "STARTERS", "TEMPLATES", "Template", "Usd"]
