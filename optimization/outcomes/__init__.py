"""What came, or would have come, of changes: measured from what the entities really did afterwards."""

from optimization.outcomes.after import After, Change, after, total
from optimization.outcomes.really import Really

__all__ = ["After", "Change", "Really", "after", "total"]
