"""What a pixel heard, hour by hour, and how well its events can be matched with people."""

from django.db import models

from metaads.models import Pixel

ALL_EVENTS = "*"


class PixelHour(models.Model):
    """Counts of one event in one hour (UTC). The row of event `*` is the hour's sum over all events.

    `count` null = the hour was read but Meta's answer contradicts itself; 0 = read, and nothing fired. `browser` and
    `server`: the parts that came from either, null = not told; they overlap (the same event may be sent both ways), so
    they do not add up to `count`.
    """

    pixel = models.ForeignKey(Pixel, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField(help_text="Start of the hour, UTC.")
    event = models.CharField(max_length=60, help_text="Meta's event name; * = all.")
    count = models.BigIntegerField(null=True, blank=True)
    browser = models.BigIntegerField(null=True, blank=True)
    server = models.BigIntegerField(null=True, blank=True)
    read_at = models.DateTimeField(help_text="Business time. Meta still adds to hours that were read early.")

    class Meta:
        db_table = "intel_pixelhour"
        constraints = [models.UniqueConstraint(fields=["pixel", "hour", "event"], name="one_pixel_hour")]

    def __str__(self) -> str:
        return f"{self.pixel} {self.hour:%Y-%m-%d %H:%M} {self.event}: {self.count}"


class PixelQuality(models.Model):
    """Match quality of one event on one day (UTC), as Meta's Dataset Quality API last gave it. Null = not told."""

    pixel = models.ForeignKey(Pixel, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=60)
    day = models.DateField()
    read_at = models.DateTimeField(help_text="Business time.")
    score = models.FloatField(null=True, blank=True, help_text="Event match quality, 0 to 10.")
    coverage_percent = models.FloatField(null=True, blank=True, help_text="Browser events that the server sends too.")
    goal_percent = models.FloatField(null=True, blank=True)
    dedupe_percent = models.FloatField(null=True, blank=True, help_text="Browser events with a deduplication key.")
    upload_frequency = models.CharField(max_length=20, blank=True, help_text="real_time, hourly or daily.")

    class Meta:
        db_table = "intel_pixelquality"
        verbose_name_plural = "pixel quality"
        constraints = [models.UniqueConstraint(fields=["pixel", "event", "day"], name="one_pixel_quality_a_day")]

    def __str__(self) -> str:
        return f"{self.pixel} {self.event} {self.day}: {self.score}"
