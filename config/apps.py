"""The `config` app: owns the commands that run everything."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
