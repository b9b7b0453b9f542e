"""What each role may ask for: a line for every address of the pages and of the API."""

from dataclasses import dataclass, field
from typing import Any

from tests.optimization.rules.build import document, leaf

WHO = ("nobody", "stranger", "viewer", "manager", "admin", "superuser")
LOGIN, FINE, NO, NONE, WRONG = 302, 200, 403, 404, 400
TO_ALL = (LOGIN, FINE, FINE, FINE, FINE, FINE)
TO_MEMBERS = (LOGIN, NONE, FINE, FINE, FINE, FINE)
TO_MANAGERS = (LOGIN, NONE, NO, FINE, FINE, FINE)
MANAGERS_ONLY = (LOGIN, NO, NO, FINE, FINE, FINE)
OWN_FILE = (LOGIN, NO, NO, NONE, NONE, FINE)
API_ALL = (401, FINE, FINE, FINE, FINE, FINE)
API_MEMBERS = (401, NONE, FINE, FINE, FINE, FINE)
API_MANAGERS = (401, NONE, NO, FINE, FINE, FINE)


@dataclass(frozen=True)
class Line:
    """`codes` in the order of WHO; FINE is any answer that is no refusal (2xx, a redirect elsewhere, 422 of a
    form, 409 of a state that does not allow it).

    `kwargs` name what the world holds; `data` likewise (a value beginning with `$`)."""

    codes: tuple[int, ...]
    method: str = "get"
    kwargs: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


ACTION = {"public_id": "action"}
ACCOUNT = {"level": "word:account", "meta_id": "account_meta"}
RULE = {"public_id": "rule"}
INCIDENT = {"public_id": "incident"}
GOAL, OF_GOAL = {"public_id": "goal"}, {"id": "goal"}
OF_RULE, OF_JOB, OF_ACTION = {"id": "rule"}, {"id": "simulation"}, {"id": "action"}
A_RULE = {
    "name": "Stop", "category": "loss_prevention", "level": "adset", "accounts": ["$account_meta"],
    "document": document(leaf("spend_7d", ">", 50)),
}  # fmt: skip
A_TRY = {"account": "$account_meta", "level": "adset", "document": A_RULE["document"]}
OF_ACCOUNT = {"level": "word:account", "id": "account_meta"}
BY_HAND = {"kind": "pause", "level": "ad", "id": "$ad", "reason": "A test.", "override_reason": "A test."}
TABLE: dict[str, list[Line]] = {
    "dashboard": [Line(TO_ALL)],
    "actions": [Line(TO_ALL)],
    "actions-bulk": [Line(MANAGERS_ONLY, "post", data={"decision": "approve"})],
    "action": [Line(TO_MEMBERS, kwargs=ACTION)],
    "action-card": [Line(TO_MEMBERS, kwargs=ACTION)],
    **{
        f"action-{verb}": [Line(TO_MANAGERS, "post", ACTION, {"reason": "A test.", "seen": "in_effect"})]
        for verb in ("approve", "reject", "modify", "cancel", "undo", "keep", "resolve", "back", "annotate", "rehearse")
    },
    "campaigns": [Line(TO_ALL)],
    "campaign": [Line(TO_MEMBERS, kwargs={"meta_id": "campaign"})],
    "ad-set": [Line(TO_MEMBERS, kwargs={"meta_id": "ad_set"})],
    "ad": [Line(TO_MEMBERS, kwargs={"meta_id": "ad"})],
    "entity-tags": [Line(TO_MANAGERS, "post", {"level": "word:adset", "meta_id": "ad_set"}, {"tags": "a, b"})],
    "actions-timeline": [Line(TO_ALL)],
    "change": [
        Line(TO_MANAGERS, kwargs={"level": "word:ad", "meta_id": "ad"}, data={"kind": "pause"}),
        Line(TO_MANAGERS, "post", {"level": "word:ad", "meta_id": "ad"}, {"kind": "pause", "reason": "A test."}),
        Line(TO_MANAGERS, kwargs=ACCOUNT),
    ],
    "lock": [Line(TO_MANAGERS, "post", {"level": "word:adset", "meta_id": "ad_set"}, {"reason": "A test."}),
             Line(TO_MANAGERS, "post", ACCOUNT, {"reason": "A test."})],
    "lock-release": [Line(TO_MANAGERS, "post", {"level": "word:adset", "meta_id": "ad_set"})],
    "rules": [Line(TO_ALL)],
    "rule-new": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "rule-preview": [Line(MANAGERS_ONLY, "post")],
    "rule-templates": [Line(MANAGERS_ONLY)],
    "rule-templates-past": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "rule-edit": [Line(TO_MANAGERS, kwargs={"public_id": "rule"}), Line(TO_MANAGERS, "post", {"public_id": "rule"})],
    "rule": [Line(TO_MEMBERS, kwargs=RULE)],
    "rule-switch": [Line(TO_MANAGERS, "post", RULE, {"active": "1"})],
    "rule-archive": [Line(TO_MANAGERS, "post", RULE)],
    "rule-copy": [Line(TO_MANAGERS, "post", RULE)],
    "rule-backtest": [Line(TO_MEMBERS, "post", RULE, {"since": "2026-01-01", "until": "2026-01-02"})],
    "rule-simulate": [Line(TO_MEMBERS, "post", RULE, {"days": "7"})],
    "rule-job-stop": [Line(TO_MEMBERS, "post", {**RULE, "job_id": "job"})],
    "rule-yaml": [Line(TO_MEMBERS, kwargs=RULE)],
    "rule-import": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "rule-export": [Line(TO_ALL)],
    "rule-native": [Line(TO_MANAGERS, "post", {"pk": "native"})],
    "rule-restore": [Line(TO_MANAGERS, "post", {**RULE, "number": "word:1"})],
    "goals": [Line(TO_ALL), Line(TO_ALL, data={"plan": "1"})],
    "goals-scoreboard": [Line(TO_ALL)],
    "goal-new": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post", data={"key": "leads"})],
    "goals-settings": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post", data={"countries": "DE"})],
    "goals-toggle": [Line(TO_MANAGERS, "post", data={"account": "$account", "name": "auto_pause_losers", "on": "1"})],
    "goals-survey": [Line(TO_ALL, "post", data={"score": "4"})],
    "goals-run": [Line(TO_MANAGERS, "post", data={"account": "$account"})],
    "goal": [Line(TO_MEMBERS, kwargs=GOAL), Line(TO_MANAGERS, "post", GOAL, {"name": "More", "priority": "2"})],
    "goal-switch": [Line(TO_MANAGERS, "post", GOAL, {"active": "1"})],
    "goal-remove": [Line(TO_MANAGERS, "post", GOAL)],
    "goal-creative-add": [Line(TO_MANAGERS, "post", GOAL, {"post": "1_2"})],
    "goal-creative-new": [
        Line(TO_MANAGERS, kwargs=GOAL), Line(TO_MANAGERS, "post", GOAL, {"name": "New", "link": "https://x.example"})
    ],
    "goal-creative": [Line(TO_MANAGERS, "post", {**GOAL, "creative": "goal_creative"}, {"decision": "reject"})],
    "operations": [Line(TO_ALL)],
    "operations-backfill": [Line(TO_MANAGERS, "post", {"account_id": "account"}, {"do": "cancel"})],
    "calendar": [Line(TO_ALL)],
    "calendar-event": [Line(TO_MANAGERS, kwargs={"pk": "event"})],
    "calendar-remove": [Line(TO_MANAGERS, "post", {"pk": "event"})],
    "stop": [
        Line(MANAGERS_ONLY),
        Line(TO_MANAGERS, "post", data={"account": "$account"}),
        Line((LOGIN, NO, NO, NO, NO, FINE), "post", data={"account": "all"}),
    ],
    "actions-revert": [
        Line(MANAGERS_ONLY),
        Line(MANAGERS_ONLY, data={"account": "$account", "hours": "4"}),
        Line(MANAGERS_ONLY, "post", data={"account": "$account", "hours": "4"}),
    ],
    "incidents": [Line(TO_ALL)],
    **{name: [Line(TO_MEMBERS, kwargs=INCIDENT)] for name in ("incident", "incident-csv", "incident-pdf")},
    "incident-lift": [Line((LOGIN, NONE, NO, NO, FINE, FINE), "post", INCIDENT, {"reason": "A test."})],
    "incident-rules": [Line((LOGIN, NONE, NO, NO, FINE, FINE), "post", INCIDENT)],
    "imports": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "import-offline": [Line(MANAGERS_ONLY, "post", data={"offline-account": "$account"})],
    "import": [Line(OWN_FILE, kwargs={"pk": "file"})],
    "import-keep": [Line(OWN_FILE, "post", {"pk": "file"})],
    "import-discard": [Line(OWN_FILE, "post", {"pk": "file"})],
    "tokens": [Line(TO_ALL), Line(TO_ALL, "post")],
    "token-withdraw": [Line(TO_ALL, "post", data={"start": "x"})],
    "live-version": [Line(TO_ALL)],
    "api-schema": [Line(API_ALL)],
    "api-docs": [Line(TO_ALL)],
    "api-unknown": [Line((404,) * 6)],
    **{name: [Line(API_ALL)] for name in ("api-accounts", "api-campaigns", "api-adsets", "api-ads")},
    "api-trend": [Line(API_MEMBERS, kwargs=OF_ACCOUNT)],
    "api-compare": [Line(API_MEMBERS, kwargs={"level": "word:adset", "id": "ad_set"})],
    "api-metrics": [Line(API_MEMBERS, kwargs={"level": "word:ad", "id": "ad"})],
    "api-creatives-top": [Line(API_MEMBERS, data={"account": "$account_meta"})],
    "api-blended": [Line(API_MEMBERS, "post", data={"accounts": ["$account_meta"]})],
    "api-daily": [Line(API_MEMBERS, data={"account": "$account_meta"})],
    "api-offline": [
        Line(API_ALL),
        Line(API_MANAGERS, "post", data={"account": "$account_meta", "events": [
            {"event_id": "a", "time": "2026-01-01T00:00:00Z", "value": "1", "currency": "EUR"}]}),
    ],
    "api-rules": [Line(API_ALL), Line(API_MANAGERS, "post", data=A_RULE)],
    "api-optimization-rules": [Line(API_ALL), Line(API_MANAGERS, "post", data=A_RULE)],
    "api-rule": [
        Line(API_MEMBERS, kwargs=OF_RULE), Line(API_MANAGERS, "put", OF_RULE, A_RULE),
        Line(API_MANAGERS, "patch", OF_RULE, {"name": "Another"}), Line(API_MANAGERS, "delete", OF_RULE),
    ],
    "api-actions": [Line(API_ALL), Line(API_MANAGERS, "post", data=BY_HAND)],
    "api-optimization-actions": [Line(API_ALL), Line(API_MANAGERS, "post", data=BY_HAND)],
    "api-locks": [
        Line(API_ALL), Line(API_MANAGERS, "post", data={"level": "adset", "id": "$ad_set", "reason": "A test."}),
    ],
    "api-lock": [Line(API_MANAGERS, "delete", {"id": "lock"})],
    "api-actions-revert": [Line(API_MANAGERS, "post", data={"account": "$account_meta", "hours": 1})],
    "api-action-stats": [Line(API_ALL)],
    "api-action-rehearse": [Line(API_MANAGERS, "post", OF_ACTION)],
    "api-action": [Line(API_MEMBERS, kwargs=OF_ACTION)],
    **{f"api-action-{name}": [Line(API_MANAGERS, "post", OF_ACTION, data)] for name, data in (
        ("approve", {}), ("reject", {"reason": "no"}), ("cancel", {}), ("keep", {}))},
    # Under the stop of this world no other value is taken.
    "api-action-modify": [Line((401, NONE, NO, WRONG, WRONG, WRONG), "post", OF_ACTION, {"amount": "70"})],
    "api-action-undo": [Line((401, NONE, NO, WRONG, WRONG, WRONG), "post", OF_ACTION)],
    "meta-queue": [Line(API_ALL)],
    "meta-stats": [Line(API_ALL)],
    "meta-approve": [Line(API_MANAGERS, "post", OF_ACTION)],
    "meta-cancel": [Line(API_MANAGERS, "delete", OF_ACTION)],
    "meta-run": [
        Line((401, NO, NO, NO, FINE, FINE), "post"),
        Line((401, NONE, NO, NO, FINE, FINE), "post", data={"campaign_ids": ["$campaign"]}),
    ],
    "meta-execute": [Line(API_MANAGERS, "post", OF_ACTION)],
    "api-rule-toggle": [Line(API_MANAGERS, "post", OF_RULE, {"active": True})],
    "api-rule-versions": [Line(API_MEMBERS, kwargs=OF_RULE)],
    "api-rule-templates": [Line(API_ALL)],
    "api-rule-adopt": [Line(API_MANAGERS, "post", {"key": "word:zero_conversions"}, {"accounts": ["$account_meta"]})],
    "api-rule-preview": [Line(API_MEMBERS, "post", OF_RULE)],
    "api-rules-preview": [Line(API_MEMBERS, "post", data=A_TRY)],
    "api-rules-why": [
        Line(API_MEMBERS, data={"account": "$account_meta", "level": "adset", "entity": "$ad_set"}),
        Line(API_MEMBERS, data={"account": "$account_meta", "level": "adset", "entity": "1", "rule": "$rule"}),
    ],
    "api-rules-export": [Line(API_ALL), Line(API_MEMBERS, data={"account": "$account_meta"})],
    "api-rules-import": [Line((401, NO, NO, FINE, FINE, FINE), "post", data={"yaml": "version: 1\nrules: []"})],
    "api-rule-backtest": [
        Line((401, NONE, *[WRONG] * 4), "post", OF_RULE, {"since": "2005-01-01", "until": "2005-01-02"})
    ],
    "api-simulate": [Line((401, *[WRONG] * 5), "post", data={"account": "$account_meta", "rule_ids": []})],
    "api-simulation": [Line(API_MEMBERS, kwargs=OF_JOB)],
    "api-simulation-cancel": [Line(API_MEMBERS, "post", OF_JOB)],
    "api-jobs": [Line(API_ALL)],
    "api-job": [Line(API_MEMBERS, kwargs=OF_JOB)],
    "api-job-cancel": [Line(API_MEMBERS, "post", OF_JOB)],
    "api-export-trend": [Line(API_MEMBERS, kwargs={"level": "word:campaign", "id": "campaign"})],
    **{f"api-orchestrator-{name}": [Line(codes, "post", data={"account": "$account_meta"})] for name, codes in (
        ("run", API_MANAGERS), ("preview", API_MEMBERS))},
    "api-orchestrator-runs": [Line(API_ALL), Line(API_MEMBERS, data={"account": "$account_meta"})],
    "api-orchestrator-one-run": [Line(API_MEMBERS, kwargs={"id": "goal_run"})],
    "api-goals": [Line(API_ALL), Line(API_MANAGERS, "post", data={"account": "$account_meta", "key": "leads"})],
    "api-goal": [
        Line(API_MEMBERS, kwargs=OF_GOAL), Line(API_MANAGERS, "patch", OF_GOAL, {"priority": 2}),
        Line(API_MANAGERS, "delete", OF_GOAL),
    ],
    "api-goal-creatives": [Line(API_MANAGERS, "post", OF_GOAL, {"name": "Post", "post": "1_2"})],
    "api-goal-creative-decide": [
        Line(API_MANAGERS, "post", {**OF_GOAL, "creative": "goal_creative"}, {"decision": "reject"})
    ],
    "api-goal-toggle": [Line(API_MANAGERS, "post", OF_GOAL, {"active": True})],
    "api-export": [Line(API_MEMBERS, kwargs={"level": "word:ad"}, data={"account": "$account_meta"})],
}  # fmt: skip
