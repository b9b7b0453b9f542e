"""WSGI entrance for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
_pages = get_resolver().url_patterns
"""Every page is imported now, so that the first visitor does not wait for it."""
