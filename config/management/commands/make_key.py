"""`manage.py make_key`: a new entry for FIELD_ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from metaads.crypto import new_key


class Command(BaseCommand):
    help = "Prints a new encryption key. Put it first in FIELD_ENCRYPTION_KEYS and keep the old ones behind it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(new_key())
