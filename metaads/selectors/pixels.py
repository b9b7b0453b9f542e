"""The pixels of an account."""

from django.db.models import QuerySet

from metaads.models import AdAccount, Pixel


def pixels(account: AdAccount) -> QuerySet[Pixel]:
    """Those that the account can still use, by name. Their hours: intelligence.collect.pixels."""
    return Pixel.objects.filter(account=account, deleted_at=None).order_by("name", "meta_id")
