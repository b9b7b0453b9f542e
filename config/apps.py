"""The `config` app: owns the commands that run everything, the system checks and the logging of every process."""

import sys

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks, logs  # noqa: F401, PLC0415 - checks register themselves once the apps stand

        logs.configure()
        if sys.argv[1:2] == ["qcluster"]:
            from config.supervisor import worker  # noqa: PLC0415 - only a queue's processes need it

            worker.prepare()
