"""The words of native rules that Meta knows (reference 10)."""

from metaads.sandbox.graph.known import names

EVALUATION_TYPES = names("SCHEDULE TRIGGER")
STATUSES = names("ENABLED DISABLED")
SCHEDULES = names("DAILY HOURLY SEMI_HOURLY CUSTOM")
OPERATORS = names(
    "ALL ANY CONTAIN EQUAL GREATER_THAN IN IN_RANGE LESS_THAN NONE NOT_CONTAIN NOT_EQUAL NOT_IN NOT_IN_RANGE"
)
# What a rule may do: on a schedule and on a trigger, on a schedule only, on a trigger only.
BOTH = names("NOTIFICATION PAUSE UNPAUSE")
SCHEDULED = names("CHANGE_BUDGET CHANGE_CAMPAIGN_BUDGET CHANGE_BID ROTATE REBALANCE_BUDGET")
TRIGGERED = names("PING_ENDPOINT")
TRIGGERS = names("METADATA_CREATION METADATA_UPDATE STATS_CHANGE STATS_MILESTONE DELIVERY_INSIGHTS_CHANGE")
TIME_PRESETS = names(
    """
    LIFETIME TODAY YESTERDAY LAST_2_DAYS LAST_3_DAYS LAST_7_DAYS LAST_14_DAYS LAST_28_DAYS LAST_30_DAYS THIS_MONTH
    THIS_WEEK_MON_TODAY THIS_WEEK_SUN_TODAY LAST_2D LAST_3D LAST_7D LAST_14D LAST_28D LAST_30D
    LAST_ND_14_8 LAST_ND_30_8 LAST_ND_60_8 LAST_ND_120_8 LAST_ND_180_8 LAST_ND_LIFETIME_8
    LAST_ND_60_29 LAST_ND_120_29 LAST_ND_180_29 LAST_ND_LIFETIME_29
    """
)
METADATA = names(
    """
    id entity_type name adlabel_ids objective start_time stop_time buying_type billing_event optimization_goal
    is_autobid daily_budget lifetime_budget spend_cap bid_amount created_time updated_time effective_status
    placement.page_types budget_reset_period hours_since_creation estimated_budget_spending_percentage
    audience_reached_percentage active_time current_time
    """
)
