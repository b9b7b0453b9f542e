"""From an approved action to a change at Meta, exactly once: claim, read, compare, rails, write, read back.

The action row is the truth and a queue message only says "look at it". Every transaction here commits journal, action,
reservation and ledger together; HTTP stays outside of them. A log line marks each step, which the fault tests kill at.

1. claim.py: reserve the limits, take the journal step, approved -> executing.
2. carry.py: read Meta. Already there: done. A third value: failed. Otherwise judge.py lets the rails look once more.
3. carry.py: record the intent, ask switches, stop and fence, POST one absolute value, read back.
4. finish.py: executed, failed, back to approved, or uncertain; after settling, step 2 decides.
"""

from optimization.dispatch.rehearse import Rehearsal, Rehearsed, rehearse
from optimization.dispatch.run import run_action, run_due

__all__ = ["Rehearsal", "Rehearsed", "rehearse", "run_action", "run_due"]
