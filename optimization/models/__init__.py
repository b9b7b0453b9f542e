"""Rules, the action queue, the ledger, limits, goals, runs, jobs and stops."""

from optimization.models.action import (
    ACCOUNT_LEVEL,
    IN_FLIGHT_STATUSES,
    OPEN_STATUSES,
    Action,
    Source,
    Status,
)
from optimization.models.approval import Approval
from optimization.models.evaluation import EvaluationBlock, EvaluationRoster, EvaluationTick
from optimization.models.export_file import ExportFile
from optimization.models.goal import Goal, GoalCreative, GoalObject, OrchestratorSettings
from optimization.models.hold import Hold
from optimization.models.incident import Incident
from optimization.models.job import OPEN_JOB_STATES, Job
from optimization.models.ledger import LedgerEvent, LedgerHead
from optimization.models.limits import AccountLimits, AutoRevert, LimitCounter
from optimization.models.lock import EntityLock
from optimization.models.optimizer import Method, OptimizerSettings
from optimization.models.orchestration import OrchestratorRun, OrchestratorStep, SurveyAnswer
from optimization.models.outcome import Effect, Horizon, Outcome
from optimization.models.request_key import RequestKey
from optimization.models.rule import Rule, RuleVersion
from optimization.models.run import Run
from optimization.models.stop import EmergencyStop
from optimization.models.trial import DryLook, HoldoutDraw

__all__ = [
    "ACCOUNT_LEVEL",
    "IN_FLIGHT_STATUSES",
    "OPEN_JOB_STATES",
    "OPEN_STATUSES",
    "AccountLimits",
    "Action",
    "Approval",
    "AutoRevert",
    "DryLook",
    "Effect",
    "EmergencyStop",
    "EntityLock",
    "EvaluationBlock",
    "EvaluationRoster",
    "EvaluationTick",
    "ExportFile",
    "Goal",
    "GoalCreative",
    "GoalObject",
    "Hold",
    "HoldoutDraw",
    "Horizon",
    "Incident",
    "Job",
    "LedgerEvent",
    "LedgerHead",
    "LimitCounter",
    "Method",
    "OptimizerSettings",
    "OrchestratorRun",
    "OrchestratorSettings",
    "OrchestratorStep",
    "Outcome",
    "RequestKey",
    "Rule",
    "RuleVersion",
    "Run",
    "Source",
    "Status",
    "SurveyAnswer",
]
