"""What templates need to say times, ages and money the one way we say them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from metaads.models import AdAccount, Level
from optimization.models import Action, EmergencyStop
from optimization.views import words

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of static/icons.svg; decoration only, the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        static("icons.svg"),
        name,
    )


@register.filter
def at(value: datetime | None, account: AdAccount | None) -> SafeString | str:
    """A moment in the account's own zone with the zone's name; UTC without an account; "never" for None."""
    if value is None:
        return "never"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), words.utc(value), words.moment(value, account)
    )


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Minor units for people; an unknown amount says so."""
    return words.money(minor, currency)


@register.simple_tag
def amount(value: Decimal | float | None, currency: str) -> SafeString:
    """Major units, shortened when large, the exact amount on the title."""
    return words.amount(value, currency)


@register.simple_tag
def stop_on(stops: Iterable[EmergencyStop], action: Action) -> EmergencyStop | None:
    """The stop that keeps an open action from being carried out; an incident's own actions pass it."""
    mine = [stop for stop in stops if stop.account_id in {None, action.account_id}]
    incidents = {getattr(getattr(stop, "incident", None), "pk", None) for stop in stops} - {None}
    return mine[0] if mine and action.incident_id not in incidents else None


@register.simple_tag
def lapses() -> str:
    """How long an approval stands that is not carried out."""
    return words.span(settings.APPROVAL_EXPIRES_AFTER)


@register.filter
def reasons(text: str) -> list[str]:
    """The common reasons for a rejection, from a comma-separated text."""
    return text.split(",")


@register.filter
def tone(severity: str) -> str:
    """A notice's severity as the tone of its dot; the word itself stands on the dot's title."""
    return {"success": "good", "warning": "watch", "error": "bad"}.get(severity, "live")


@register.filter
def level(value: str) -> str:
    """`adset` as people say it."""
    return str(Level(value).label)
