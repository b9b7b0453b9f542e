"""App registration."""

from django.apps import AppConfig


class MetaadsConfig(AppConfig):
    name = "metaads"
    verbose_name = "Meta ads"
