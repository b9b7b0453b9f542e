"""Meta's own automated rules as rules of ours: where the translation is exact, a draft; where not, which part and why.

`plans_of` asks, `adopt_native` makes the draft. Nothing is written to Meta: its rule is switched off there by a person.
"""

from optimization.rules.native.adopt import NativeRefused, adopt_native
from optimization.rules.native.plan import NativePlan, plan_of, plans_of

__all__ = ["NativePlan", "NativeRefused", "adopt_native", "plan_of", "plans_of"]
