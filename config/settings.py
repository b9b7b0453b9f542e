"""Settings in reading order: safety first, then the parts. Every value comes from the environment (`.env.example`)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import api_settings
from config.env import BASE_DIR, env, is_set, number, switch, text, whole
from config.limits import LIMITS as LIMITS
from config.limits import LIMITS_SET_EXPLICITLY as LIMITS_SET_EXPLICITLY
from config.limits import NO_LIMIT as NO_LIMIT
from config.limits import PEAK_HOURS as PEAK_HOURS
from config.logs import logging_config
from config.webhook_settings import webhooks

DEBUG = switch("DEBUG", False)
VAR_DIR = Path(text("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

INSECURE_KEY = "insecure-development-key-never-use-in-production-0123456789abcdef"
SECRET_KEY = text("SECRET_KEY", INSECURE_KEY if DEBUG else "")
# Newest first: "id:base64-of-32-bytes,id:...". Tokens are sealed with the first and opened with any.
DEVELOPMENT_FIELD_KEY = "dev:aW5zZWN1cmUtZGV2ZWxvcG1lbnQta2V5LTMyYnl0ZXM="
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[DEVELOPMENT_FIELD_KEY] if DEBUG else [])
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Put a long random string into .env (see .env.example).")
if not FIELD_ENCRYPTION_KEYS:
    raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is not set. Make one as .env.example says and put it into .env.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Switches: the environment decides, admin can only turn off (metaads/switch.py is the one reader of both).
SWITCHES = {
    "ENABLE_INTELLIGENCE": switch("ENABLE_INTELLIGENCE", False),
    "ENABLE_INSIGHTS_COLLECTION": switch("ENABLE_INSIGHTS_COLLECTION", True),
    "ENABLE_RULES_ENGINE": switch("ENABLE_RULES_ENGINE", True),
    "ENABLE_ML_PREDICTIONS": switch("ENABLE_ML_PREDICTIONS", False),
    "ENABLE_ACTION_EXECUTOR": switch("ENABLE_ACTION_EXECUTOR", False),
    "OPTIMIZER_ENABLED": switch("OPTIMIZER_ENABLED", True),
}

OPTIMIZER_MODE = text("OPTIMIZER_MODE", "suggest")
if OPTIMIZER_MODE not in {"suggest", "auto"}:
    raise ImproperlyConfigured(f"OPTIMIZER_MODE={OPTIMIZER_MODE!r} is neither suggest nor auto.")
OPTIMIZER_MODE_BINDS = is_set("OPTIMIZER_MODE")  # set here it binds every account, as a limit does
PROPOSAL_EXPIRES_AFTER = timedelta(hours=48)
APPROVAL_EXPIRES_AFTER = timedelta(hours=24)
EXECUTE_WAIT = timedelta(seconds=number("EXECUTE_WAIT_SECONDS", 10, 0, 60))  # of POST /meta/optimization/execute

# Collection.
INSIGHTS_COLLECTION_INTERVAL = timedelta(minutes=whole("INSIGHTS_COLLECTION_INTERVAL", 60, 1, 1440))
INITIAL_HISTORICAL_DAYS = whole("INITIAL_HISTORICAL_DAYS", 30, 1, 1000)
INSIGHTS_PAGE_SIZE = whole("INSIGHTS_PAGE_SIZE", 500, 1, 5000)

# Retention in days (docs/decisions/0009). The ledger and the actions are kept for ever.
RETAIN_HOURLY_DAYS = whole("RETAIN_HOURLY_DAYS", 7, 2, 3650)
RETAIN_DAILY_DAYS = whole("RETAIN_DAILY_DAYS", 90, 35, 3650)
RETAIN_WEEKLY_DAYS = whole("RETAIN_WEEKLY_DAYS", 365, 35, 36500)
RETAIN_FRAMES_DAYS = whole("RETAIN_FRAMES_DAYS", 30, 2, 3650)
RETAIN_PIXELS_DAYS = whole("RETAIN_PIXELS_DAYS", 90, 8, 3650)
RETAIN_CHANGES_DAYS = whole("RETAIN_CHANGES_DAYS", 365, 35, 36500)
RETAIN_RUNS_DAYS = whole("RETAIN_RUNS_DAYS", 90, 2, 3650)

# Meta. Host and version are defaults for new connections; each connection keeps its own.
META_GRAPH_URL = text("META_GRAPH_URL", "https://graph.facebook.com")
META_API_VERSION = text("META_API_VERSION", "v26.0")
META_CONNECT_TIMEOUT = number("META_CONNECT_TIMEOUT", 3.05, 0.1, 60)
META_READ_TIMEOUT = number("META_READ_TIMEOUT", 25, 0.1, 300)

# Executor: machine time. http budget * 2 < lease <= queue timeout < retry (a system check refuses anything else).
EXECUTOR_LEASE = timedelta(seconds=number("EXECUTOR_LEASE_SECONDS", 90, 0.5, 3600))
EXECUTOR_SETTLE = timedelta(seconds=number("EXECUTOR_SETTLE_SECONDS", 60, 0.1, 3600))
EXECUTOR_MAX_SENDS = whole("EXECUTOR_MAX_SENDS", 3, 1, 10)
BREAKER_WINDOW = timedelta(seconds=number("BREAKER_WINDOW_SECONDS", 600, 1, 86_400))
BREAKER_PAUSE = timedelta(seconds=number("BREAKER_PAUSE_SECONDS", 60, 0.1, 3600))

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "optimization.apps.OptimizationConfig",
    "intelligence.apps.IntelligenceConfig",
    "metaads.apps.MetaadsConfig",
    "notifications.apps.NotificationsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_q",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "optimization.context_processors.frame",
            ],
        },
    }
]

SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
}


def database() -> dict[str, Any]:
    """SQLite (WAL, IMMEDIATE: anything else loses rows under two clusters) or what DATABASE_URL names."""
    url = text("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'campaign.sqlite3'}"
    config: dict[str, Any] = dict(env.db_url_config(url))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS
        config["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = text("REDIS_URL")
Q_BROKER = text("Q_BROKER", "redis" if REDIS_URL else "database")
if Q_BROKER not in {"database", "redis"}:
    raise ImproperlyConfigured(f"Q_BROKER={Q_BROKER!r} is neither database nor redis.")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"},
    "qstats": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "qstats"},
}
if REDIS_URL:
    for _alias in CACHES:
        CACHES[_alias] = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": _alias,
        }


def cluster(workers: int, timeout: int) -> dict[str, Any]:
    """Measured: retry counts from dequeue, guard_cycle must be binary-exact, our own table owns retries."""
    queue_limit, bulk = workers, 1
    return {
        "workers": workers,
        "queue_limit": queue_limit,
        "bulk": bulk,
        "timeout": timeout,
        "retry": timeout * (1 + -(-(queue_limit + bulk) // workers)) + 10,
        "max_attempts": 1,
        "ack_failures": True,
        "catch_up": False,
        "poll": 0.5,
        "guard_cycle": 0.5,
        "recycle": 200,
        "max_rss": 400_000,
        "save_limit": 100,
        "cache": "qstats",
        "label": "Queue",
    }


Q_ACT, Q_WORK = "act", "work"
# A pulse goes through each queue four times in this span; none in all of it and the supervisor restarts the queue.
PULSE_STALE_AFTER = number("PULSE_STALE_SECONDS", 20, 1, 600)
Q_CLUSTER: dict[str, Any] = {
    "name": Q_WORK,
    **cluster(workers=whole("Q_WORKERS", 2, 1, 64), timeout=300),
    "ALT_CLUSTERS": {Q_ACT: cluster(workers=whole("Q_ACT_WORKERS", 2, 1, 64), timeout=120)},
}
if Q_BROKER == "redis":
    Q_CLUSTER["redis"] = REDIS_URL or "redis://127.0.0.1:6379/0"
else:
    Q_CLUSTER["orm"] = "default"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "optimization.views.login.ClosedSignup"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
# Collected, hashed and compressed files in production; straight from their folders in development and in the demo.
COLLECTED_STATIC = switch("COLLECTED_STATIC", not DEBUG)
STATIC_ROOT = text("STATIC_ROOT", str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if not COLLECTED_STATIC
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED_STATIC
WEBHOOKS = webhooks()
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)

# Security: strict by default; DEBUG relaxes only what plain HTTP on loopback needs.
HTTPS = switch("HTTPS", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if switch("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
LOGGING = logging_config(text("LOG_LEVEL", "INFO"), people=switch("LOG_FOR_PEOPLE", DEBUG))
REST_FRAMEWORK = api_settings.REST_FRAMEWORK
REST_KNOX = api_settings.REST_KNOX
SPECTACULAR_SETTINGS = api_settings.SPECTACULAR_SETTINGS
