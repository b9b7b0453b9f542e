"""All that is collected beside structure and figures, in order: changes, native rules, health, token, pixels.

Each step has its own clock and its own failures (metaads.sync.steps); `observe` runs those that are due.
"""

from intelligence.collect.pixels import PIXELS
from metaads.sync import beside

STEPS = (*beside.STEPS, PIXELS)
