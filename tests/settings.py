"""The product's settings for tests: safe defaults, quick hashing, no dependence on the developer's `.env`."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

os.environ["DEBUG"] = "true"
os.environ.setdefault("VAR_DIR", os.path.join(tempfile.gettempdir(), "campaign-intelligence-tests"))
for _name in list(os.environ):
    if _name.startswith(("ENABLE_", "OPTIMIZER_", "META_", "EXECUTOR_")):
        del os.environ[_name]

# Each xdist worker has a Redis database of its own (8, 9 ...), or one would run the tasks of another's test.
if os.environ.get("REDIS_URL"):
    _worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{8 + int(_worker)}"

from config.settings import *  # noqa: E402, F403
from config.settings import STATIC_ROOT  # noqa: E402
from config.settings import SWITCHES as _SWITCHES  # noqa: E402

# The optimiser joins every evaluation; a test of anything else says what it wants by rules alone.
SWITCHES = {**_SWITCHES, "ENABLE_INTELLIGENCE": True, "ENABLE_ACTION_EXECUTOR": True, "OPTIMIZER_ENABLED": False}
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEBUG = False
EXECUTE_WAIT = timedelta(0)  # nobody carries anything out while a test asks, unless it says so
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Django's test client builds the middleware anew for each client: reading all static files took most of such a test.
WHITENOISE_AUTOREFRESH = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
