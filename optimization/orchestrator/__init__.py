"""Goals: what an account wants more of, and the runs that pursue it (spec 40, last section).

`preview` plans and stores nothing; `run` proposes through the guard rails into the one queue, as Source.ORCHESTRATOR.
`ask` has a worker make such a run (`carry_on`).
"""

from optimization.orchestrator.report import Report
from optimization.orchestrator.run import ask, carry_on, is_due, preview, run

__all__ = ["Report", "ask", "carry_on", "is_due", "preview", "run"]
