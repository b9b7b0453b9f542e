"""The flat parts of a document as controls: filters, schedule, safety, mode. `path` is the place in it."""

from dataclasses import dataclass

from intelligence.metrics.windows import WINDOWS
from optimization.operators.values.inputs import Input
from optimization.rules.form.fields import INCLUDING
from optimization.rules.parts import WEEKDAYS, Safety
from optimization.rules.words import window_text

EVERY = (
    ("new_data", "On new data, about every 5 minutes"),
    ("5min", "Every 5 minutes"),
    ("15min", "Every 15 minutes"),
    ("hourly", "Every hour"),
    ("daily", "Once a day"),
)
MODES = (
    ("approval_required", "Ask me first"),
    ("automatic", "Act alone"),
    ("suggestion_only", "Only suggest"),
)
MODES_SAY = {
    "approval_required": "Each change waits in the queue until a person approves it. Nothing happens without you.",
    "automatic": "Changes are made at once, inside the rule's own and the account's limits. "
    "It starts on a share of its matches; the rest still ask.",
    "suggestion_only": "It shows what it would do and keeps a record, so that you can judge it. "
    "It never changes anything.",
}
USUAL_ROLLOUT = str(Safety.model_fields["rollout_percent"].default)
ROLLOUT = (("10", "10 % of its matches"), ("50", "50 %"), ("100", "All of them"))
WINDOW_CHOICES = tuple((one, window_text(one)) for one in (*WINDOWS, *INCLUDING))
STATUSES = ("ACTIVE", "PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "WITH_ISSUES", "PENDING_REVIEW", "DISAPPROVED")
OBJECTIVES = (
    "OUTCOME_SALES", "OUTCOME_LEADS", "OUTCOME_TRAFFIC", "OUTCOME_AWARENESS", "OUTCOME_ENGAGEMENT",
    "OUTCOME_APP_PROMOTION",
)  # fmt: skip
DAYS = dict(zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


@dataclass(frozen=True)
class Flat:
    """`many`: a list, one control (or line) an item. `usual`: what leaving it out means."""

    path: str
    input: Input
    many: bool = False
    usual: str = ""


FLAT: tuple[Flat, ...] = (
    Flat("default_window", Input("", "Window used where none is named", "choice", choices=WINDOW_CHOICES), usual="7d"),
    Flat("filters.name_contains", Input("", "Name contains", "text")),
    Flat("filters.name_matches", Input("", "Name matches", "text", help="A regular expression, such as ^DE_.*_video")),
    Flat("filters.status", Input("", "Status", "text"), many=True),
    Flat("filters.objective", Input("", "Objective", "text"), many=True),
    Flat("filters.campaign_ids", Input("", "Only in these campaigns", "text"), many=True),
    Flat("filters.parent_ids", Input("", "Only in these parents", "text"), many=True),
    Flat("filters.tags", Input("", "With one of these tags", "text"), many=True),
    Flat("filters.without_tags", Input("", "Without these tags", "text"), many=True),
    Flat("mode", Input("", "Mode", "choice", choices=MODES), usual="approval_required"),
    Flat("schedule.every", Input("", "Look", "choice", choices=EVERY), usual="new_data"),
    Flat("schedule.at", Input("", "At", "text")),
    Flat("schedule.active_hours.from", Input("", "Only from", "text")),
    Flat("schedule.active_hours.to", Input("", "until", "text")),
    Flat("schedule.weekdays", Input("", "Only on", "text"), many=True),
    Flat("schedule.zone", Input("", "Time zone", "text", help="Empty: the account's own zone.")),
    Flat("safety.cooldown_hours", Input("", "Pause between two changes of one entity", "number", unit="hours")),
    Flat("safety.max_changes_per_day", Input("", "Most changes of one entity a day", "whole")),
    Flat("safety.max_change_percent", Input("", "Largest single change", "number", unit="percent")),
    Flat("safety.rollout_percent", Input("", "Acts alone on", "whole", choices=ROLLOUT), usual=USUAL_ROLLOUT),
    Flat("holdout_percent", Input("", "Hold-out", "number", unit="percent"), usual="0"),
)
PATHS = {one.path: one for one in FLAT}
