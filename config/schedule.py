"""The whole pipeline as one list. Each step is a queue task that looks every minute for what is due and starts it.

What is due is decided by our own tables, so that a doubled, late or lost tick changes nothing. `setup_schedules` turns
the list into django-q2 schedules; `manage.py tick` runs the same steps once in its own process (config.pipeline).
"""

from dataclasses import dataclass

ACT, WORK = "act", "work"


@dataclass(frozen=True)
class Step:
    """`every` in minutes; `task` is the door that the queue calls, without arguments."""

    name: str
    cluster: str
    every: int
    task: str
    what: str


STEPS: tuple[Step, ...] = (
    Step("observe", WORK, 1, "config.pipeline.queue_observe", "read the accounts whose data have grown old"),
    Step("evaluate", WORK, 1, "config.pipeline.queue_evaluate", "run rules where there are new data, propose"),
    Step("history", WORK, 1, "config.pipeline.queue_history", "fetch the past: back-fill, nightly re-reads, gaps"),
    Step("live", WORK, 1, "config.pipeline.queue_live", "read again what real-time rules cover, look at those rules"),
    Step("scheduled", WORK, 1, "config.pipeline.queue_scheduled", "look at rules whose hour has come"),
    Step("goals", WORK, 5, "config.pipeline.queue_goals", "plan learning, winners and scaling for the accounts' goals"),
    Step("sweep", ACT, 1, "optimization.tasks.sweep", "execute what was approved, settle what is uncertain"),
    Step("timed", ACT, 1, "optimization.tasks.undo_timed", "undo changes that were meant for a time that is over"),
    Step("outcomes", WORK, 5, "config.pipeline.queue_outcomes", "measure what executed changes brought"),
    Step("incidents", ACT, 1, "optimization.tasks.follow_incidents", "go on undoing and pausing for stops in force"),
    Step("losses", ACT, 5, "optimization.tasks.revert_losses", "undo what clearly lost money, where that is wanted"),
    Step("expire", WORK, 1, "optimization.tasks.expire", "close what nobody decided in time"),
    Step("webhooks", WORK, 1, "optimization.tasks.deliver_webhooks", "post what rules tell other systems"),
    Step("jobs", WORK, 1, "optimization.tasks.look_after_jobs", "wake waiting jobs, take up those of a lost worker"),
    Step("rollup", WORK, 5, "config.pipeline.queue_rollup", "once a night, sum what grows old and delete it"),
    Step("anchor", WORK, 60, "optimization.tasks.anchor_ledger", "once a day, note the heads of the ledger's chains"),
)
