"""Rules, the action queue, the ledger, limits, runs, jobs and stops."""

from optimization.models.action import OPEN_STATUSES, Action, Source, Status
from optimization.models.evaluation import EvaluationBlock, EvaluationRoster, EvaluationTick
from optimization.models.export_file import ExportFile
from optimization.models.job import OPEN_JOB_STATES, Job
from optimization.models.ledger import LedgerEvent, LedgerHead
from optimization.models.limits import AccountLimits, LimitCounter
from optimization.models.request_key import RequestKey
from optimization.models.rule import Rule, RuleVersion
from optimization.models.run import Run
from optimization.models.stop import EmergencyStop
from optimization.models.trial import DryLook, HoldoutDraw

__all__ = [
    "OPEN_JOB_STATES",
    "OPEN_STATUSES",
    "AccountLimits",
    "Action",
    "DryLook",
    "EmergencyStop",
    "EvaluationBlock",
    "EvaluationRoster",
    "EvaluationTick",
    "ExportFile",
    "HoldoutDraw",
    "Job",
    "LedgerEvent",
    "LedgerHead",
    "LimitCounter",
    "RequestKey",
    "Rule",
    "RuleVersion",
    "Run",
    "Source",
    "Status",
]
