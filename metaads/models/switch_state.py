"""The administrator's half of the kill switches. Absent row = on; the environment's half is in settings."""

from django.db import models


class SwitchState(models.Model):
    """`on=False` turns the stage of this name off everywhere, whatever the environment says."""

    name = models.CharField(max_length=40, primary_key=True)
    on = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "kill switch"
        verbose_name_plural = "kill switches"

    def __str__(self) -> str:
        return f"{self.name}: {'on' if self.on else 'off'}"
