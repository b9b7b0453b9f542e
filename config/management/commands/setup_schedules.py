"""`manage.py setup_schedules`: makes django-q2's schedules be exactly the list in config/schedule.py."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from config.schedule import STEPS


class Command(BaseCommand):
    help = "Creates or corrects one schedule per step of the pipeline and removes all others. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            keep = [self._keep_one(step.name, step.task, step.every, step.cluster) for step in STEPS]
            removed, _ = Schedule.objects.exclude(pk__in=keep).delete()
        if options["verbosity"]:
            for step in STEPS:
                self.stdout.write(f"{step.name:10} every {step.every} min on {step.cluster:5} {step.what}")
            self.stdout.write(f"{len(STEPS)} schedules stand, {removed} others removed. Start them with: supervise")

    def _keep_one(self, name: str, task: str, every: int, cluster: str) -> int:
        """Schedule names are not unique in django-q2: the oldest row of the name stays and is corrected."""
        row = Schedule.objects.filter(name=name).order_by("pk").first() or Schedule(name=name, next_run=timezone.now())
        row.func, row.cluster = task, cluster
        row.schedule_type, row.minutes, row.repeats = Schedule.MINUTES, every, -1
        row.args = row.kwargs = row.hook = None
        row.save()
        return int(row.pk)
