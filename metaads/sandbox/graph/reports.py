"""Asynchronous report runs: POST insights, poll the run, read its rows (reference 4.3)."""

from dataclasses import dataclass, field, replace
from typing import Any

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.edges import edge
from metaads.sandbox.graph.errors import missing
from metaads.sandbox.graph.render import Target, find
from metaads.sandbox.world.world import World

_FIRST = 6_023_920_149_050_000
_KEPT = ("after", "before", "limit", "access_token", "appsecret_proof", "summary")


@dataclass(slots=True)
class Run:
    object_id: str
    params: dict[str, str]
    polls: int = 0


@dataclass(slots=True)
class Reports:
    """Runs of this process. `polls_to_finish`: how many status reads a run takes (tests may raise it)."""

    polls_to_finish: int = 2
    runs: dict[str, Run] = field(default_factory=dict)

    def start(self, target: Target, call: Call) -> dict[str, Any]:
        """Checks the request by reading its first page, then queues it. The id is a JSON number, as Meta's."""
        edge(target, "insights", replace(call, params={**call.params, "limit": "1"}))
        run_id = str(_FIRST + len(self.runs) + 1)
        self.runs[run_id] = Run(call.path[0], dict(call.params))
        return {"report_run_id": int(run_id)}

    def status(self, run_id: str) -> dict[str, Any]:
        run = self.runs[run_id]
        run.polls += 1
        done = run.polls >= self.polls_to_finish
        percent = 100 if done else round(100 * run.polls / self.polls_to_finish)
        return {
            "id": run_id,
            "async_status": "Job Completed" if done else "Job Running",
            "async_percent_completion": percent,
        }

    def rows(self, world: World, run_id: str, call: Call, now: int) -> dict[str, Any]:
        """One page of a finished run; before that, error 100/33 as for something that is not there."""
        run = self.runs[run_id]
        if run.polls < self.polls_to_finish:
            raise missing(f"{run_id}/insights")
        params = {k: v for k, v in run.params.items() if k not in _KEPT}
        params |= {k: v for k, v in call.params.items() if k in _KEPT}
        return edge(find(world, run.object_id, now), "insights", replace(call, params=params))
