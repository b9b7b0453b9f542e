"""What was answered to a request that carried a key: sent again, it is answered and not done again."""

from django.conf import settings
from django.db import models


class RequestKey(models.Model):
    """Written in the transaction of what the request did. `digest` of its body; `body` is the answer's JSON."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(help_text="Machine time.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["user", "created_at"], name="request_key_age")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
