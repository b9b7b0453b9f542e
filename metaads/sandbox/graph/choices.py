"""The values that Meta takes for the parameters of writes (enums of the machine-readable reference), and what fits."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED")
FIRST_STATUSES = ("ACTIVE", "PAUSED")
STATUS_OPTIONS = ("ACTIVE", "INHERITED_FROM_SOURCE", "PAUSED")
RENAMES = ("DEEP_RENAME", "ONLY_TOP_LEVEL_RENAME", "NO_RENAME")
STRATEGIES = ("LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_BID_CAP", "COST_CAP", "LOWEST_COST_WITH_MIN_ROAS")
CAPPED = ("LOWEST_COST_WITH_BID_CAP", "COST_CAP")
OBJECTIVES = _names(
    "OUTCOME_AWARENESS OUTCOME_TRAFFIC OUTCOME_ENGAGEMENT OUTCOME_LEADS OUTCOME_SALES OUTCOME_APP_PROMOTION"
)
CATEGORIES = _names(
    "NONE HOUSING EMPLOYMENT CREDIT FINANCIAL_PRODUCTS_SERVICES ISSUES_ELECTIONS_POLITICS ONLINE_GAMBLING_AND_GAMING"
)
# Categories in which nobody may be left out by age, sex or small places.
RESTRICTED = frozenset({"HOUSING", "EMPLOYMENT", "FINANCIAL_PRODUCTS_SERVICES"})
BILLING_EVENTS = _names(
    """
    APP_INSTALLS CLICKS IMPRESSIONS LINK_CLICKS LISTING_INTERACTION NONE OFFER_CLAIMS PAGE_LIKES POST_ENGAGEMENT
    PURCHASE THRUPLAY
    """
)
BILLED_BY_CLICK = frozenset({"CLICKS", "LINK_CLICKS", "PAGE_LIKES", "POST_ENGAGEMENT"})
GOALS = _names(
    """
    ADVERTISER_SILOED_VALUE AD_RECALL_LIFT APP_INSTALLS APP_INSTALLS_AND_OFFSITE_CONVERSIONS AUTOMATIC_OBJECTIVE
    CONVERSATIONS DERIVED_EVENTS ENGAGED_PAGE_VIEWS ENGAGED_USERS EVENT_RESPONSES IMPRESSIONS IN_APP_VALUE
    LANDING_PAGE_VIEWS LEAD_GENERATION LINK_CLICKS MEANINGFUL_CALL_ATTEMPT MESSAGING_APPOINTMENT_CONVERSION
    MESSAGING_DEEP_CONVERSATION_AND_FOLLOW MESSAGING_PURCHASE_CONVERSION NONE OFFSITE_CONVERSIONS PAGE_LIKES
    POST_ENGAGEMENT PROFILE_AND_PAGE_ENGAGEMENT PROFILE_VISIT QUALITY_CALL QUALITY_LEAD REACH REMINDERS_SET
    SUBSCRIBERS THRUPLAY VALUE VISIT_INSTAGRAM_PROFILE
    """
)
DESTINATIONS = _names(
    """
    APP APPLINKS_AUTOMATIC FACEBOOK FACEBOOK_LIVE FACEBOOK_PAGE IMAGINE INSTAGRAM_DIRECT INSTAGRAM_LIVE
    INSTAGRAM_PROFILE INSTAGRAM_PROFILE_AND_FACEBOOK_PAGE MESSAGING_INSTAGRAM_DIRECT_MESSENGER
    MESSAGING_INSTAGRAM_DIRECT_MESSENGER_WHATSAPP MESSAGING_INSTAGRAM_DIRECT_WHATSAPP MESSAGING_MESSENGER_WHATSAPP
    MESSENGER ON_AD ON_EVENT ON_PAGE ON_POST ON_VIDEO SHOP_AUTOMATIC WEBSITE WHATSAPP
    """
)
# Which goals an objective takes (from memory of Meta's table; the refusal 2490408 is public).
GOALS_OF: dict[str, frozenset[str]] = {
    "OUTCOME_AWARENESS": frozenset(_names("REACH IMPRESSIONS AD_RECALL_LIFT THRUPLAY")),
    "OUTCOME_TRAFFIC": frozenset(
        _names("LINK_CLICKS LANDING_PAGE_VIEWS REACH IMPRESSIONS CONVERSATIONS QUALITY_CALL VISIT_INSTAGRAM_PROFILE")
    ),
    "OUTCOME_ENGAGEMENT": frozenset(
        _names(
            """
            POST_ENGAGEMENT THRUPLAY PAGE_LIKES EVENT_RESPONSES CONVERSATIONS LINK_CLICKS LANDING_PAGE_VIEWS REACH
            IMPRESSIONS OFFSITE_CONVERSIONS QUALITY_CALL REMINDERS_SET
            """
        )
    ),
    "OUTCOME_LEADS": frozenset(
        _names(
            """
            LEAD_GENERATION QUALITY_LEAD CONVERSATIONS OFFSITE_CONVERSIONS LINK_CLICKS LANDING_PAGE_VIEWS QUALITY_CALL
            REACH IMPRESSIONS
            """
        )
    ),
    "OUTCOME_SALES": frozenset(_names("OFFSITE_CONVERSIONS VALUE CONVERSATIONS LINK_CLICKS REACH IMPRESSIONS")),
    "OUTCOME_APP_PROMOTION": frozenset(
        _names("APP_INSTALLS APP_INSTALLS_AND_OFFSITE_CONVERSIONS OFFSITE_CONVERSIONS LINK_CLICKS VALUE")
    ),
}
# What `promoted_object` must name for a goal: any one of these sets of keys.
PROMOTED: dict[str, tuple[frozenset[str], ...]] = {
    **{
        goal: (
            frozenset({"pixel_id", "custom_event_type"}),
            frozenset({"custom_conversion_id"}),
            frozenset({"product_set_id"}),
        )
        for goal in ("OFFSITE_CONVERSIONS", "VALUE")
    },
    **{goal: (frozenset({"page_id"}),) for goal in ("LEAD_GENERATION", "QUALITY_LEAD", "PAGE_LIKES")},
    **{goal: (frozenset({"application_id"}),) for goal in ("APP_INSTALLS", "APP_INSTALLS_AND_OFFSITE_CONVERSIONS")},
}
EVENTS = _names(
    """
    ADD_PAYMENT_INFO ADD_TO_CART ADD_TO_WISHLIST COMPLETE_REGISTRATION CONTACT CONTENT_VIEW CUSTOMIZE_PRODUCT DONATE
    FIND_LOCATION INITIATED_CHECKOUT LEAD OTHER PURCHASE SCHEDULE SEARCH START_TRIAL SUBMIT_APPLICATION SUBSCRIBE
    """
)
EUROPE = frozenset(_names("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"))
# Parameters that Meta knows and the sandbox takes without effect.
WITHOUT_EFFECT: dict[str, frozenset[str]] = {
    "campaign": frozenset(
        _names(
            """
            account_id adlabels budget_rebalance_flag budget_schedule_specs frequency_control_specs
            is_budget_schedule_enabled is_direct_send_campaign is_message_campaign is_skadnetwork_attribution
            iterative_split_test_configs pacing_type promoted_object source_campaign_id special_ad_category topline_id
            """
        )
    ),
    "adset": frozenset(
        _names(
            """
            account_id adlabels adset_schedule attribution_count_type automatic_manual_state bid_adjustments
            budget_schedule_specs creative_sequence daily_imps existing_customer_budget_percentage
            frequency_control_specs is_ba_skip_delayed_eligible is_budget_schedule_enabled is_dynamic_creative
            is_incremental_attribution_enabled is_sac_cfca_terms_certified multi_optimization_goal_weight
            optimization_sub_event pacing_type placement_soft_opt_out regional_regulated_categories
            regional_regulation_identities source_adset_id tune_for_category value_rule_set_id value_rules_applied
            """
        )
    ),
    "ad": frozenset(
        _names(
            """
            account_id ad_schedule_end_time ad_schedule_start_time adlabels display_sequence engagement_audience
            include_demolink_hashes priority source_ad_id
            """
        )
    ),
    "creative": frozenset(_names("account_id adlabels")),
}
