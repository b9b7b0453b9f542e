"""Rule templates, one a file. Adding one: write the file, list it here (docs/adding/template.md)."""

from optimization.rules.templates import (
    cpa_over_target,
    creative_fatigue,
    protect_learning,
    scale_winners,
    zero_conversions,
)
from optimization.rules.templates.base import Template, Usd

ALL: tuple[Template, ...] = (
    zero_conversions.TEMPLATE,
    cpa_over_target.TEMPLATE,
    scale_winners.TEMPLATE,
    protect_learning.TEMPLATE,
    creative_fatigue.TEMPLATE,
)
TEMPLATES: dict[str, Template] = {template.key: template for template in ALL}
if len(TEMPLATES) != len(ALL):
    raise RuntimeError("two rule templates share a key")

__all__ = ["ALL", "TEMPLATES", "Template", "Usd"]
