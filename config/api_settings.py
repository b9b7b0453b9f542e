"""Settings of the HTTP API: who may call, how often, in which shapes. `config.settings` takes them over as they are."""

from datetime import timedelta
from typing import Any

from config.env import text, whole

REST_FRAMEWORK: dict[str, Any] = {
    # The token first: an answer to nobody is then a 401 that names it, and not a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["optimization.api.parsing.Json"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "optimization.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "DEFAULT_VERSION": "1.0",
    "ALLOWED_VERSIONS": ["1.0"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": text("API_RATE_ANONYMOUS", "30/min"),
        "user": text("API_RATE_USER", "600/min"),
        "export": text("API_RATE_EXPORT", "30/min"),
    },
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "optimization.api.errors.handler",
    "COERCE_DECIMAL_TO_STRING": True,
}

REST_KNOX: dict[str, Any] = {
    "TOKEN_TTL": timedelta(days=whole("API_TOKEN_DAYS", 90, 1, 3650)),
    "TOKEN_LIMIT_PER_USER": None,
    "AUTH_HEADER_PREFIX": "Token",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Campaign Intelligence",
    "DESCRIPTION": (
        "What the product knows of your ad accounts. Log in, or send `Authorization: Token ...` (make one under API "
        "tokens in your menu). Errors are `{detail, code, field_errors}`. A value that is not known is null, never 0. "
        "Money is in the major unit of the account's currency; CTR and changes are percent; days are the account's own."
    ),
    "VERSION": "1.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_AUTHENTICATION": None,
    "SCHEMA_PATH_PREFIX": r"/api",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "EntityLevelEnum": "metaads.models.level.Level.choices",
        "ActionLevelEnum": "optimization.api.action_fields.LEVELS",
        "ActionStatusEnum": "optimization.models.action.Status.choices",
        "QueueStatusEnum": "optimization.api.action_words.B_STATES",
        "JobStateEnum": "optimization.api.jobs.STATES",
        "StepStateEnum": "optimization.api.action_fields.STEP_STATES",
    },
    "COMPONENT_SPLIT_REQUEST": True,
}
