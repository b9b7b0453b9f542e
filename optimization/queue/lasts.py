"""When objects were changed last, which cooldowns count from."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from metaads.models import AdAccount
from metaads.prepared import Prepared
from optimization.models import Action, Source
from optimization.steps import Key

Found = tuple[str, str, datetime]


def last_changes(account: AdAccount, ids: list[str] | None, *sources: str) -> dict[Key, datetime]:
    """Of all objects or of these (None = all), by anybody or by these sources. One query."""
    values = [*([] if ids is None else [ids]), *([sources] if sources else [])]
    rows = _ASKED[ids is None, not sources](account.pk, *values)
    return {(level, entity_id): last for level, entity_id, last in rows}


MAKING = frozenset({"create_campaign", "create_ad_set", "create_creative", "duplicate"})


def last_for_goals(account: AdAccount, ids: list[str] | None) -> tuple[dict[Key, datetime], dict[Key, datetime]]:
    """When goals did something about these objects last (None = all), and when they last made something there or a
    copy of them: a promotion waits from the last one, not from a budget that was cut to make room for it. One query."""
    rows = _FOR_GOALS[ids is None](account.pk, *([] if ids is None else [ids]))
    changed, made = dict[Key, datetime](), dict[Key, datetime]()
    for level, entity_id, kind, last in rows:
        for found in (changed, made) if kind in MAKING else (changed,):
            found[level, entity_id] = max(last, found.get((level, entity_id), last))
    return changed, made


def _by_kind(where: Q, account: Any) -> QuerySet[Action, tuple[str, str, str, datetime]]:
    done = Action.objects.filter(where, account_id=account, source=Source.ORCHESTRATOR.value, executed_at__isnull=False)
    return done.values_list("level", "entity_id", "kind").annotate(last=Max("executed_at"))


_FOR_GOALS: dict[bool, Prepared[tuple[str, str, str, datetime]]] = {
    True: Prepared(lambda account: _by_kind(Q(), account)),
    False: Prepared(lambda account, ids: _by_kind(Q(entity_id__in=ids), account)),
}
"""By whether all objects are meant."""


def _asked(where: Q, account: Any) -> QuerySet[Action, Found]:
    done = Action.objects.filter(where, account_id=account, executed_at__isnull=False)
    return done.values_list("level", "entity_id").annotate(last=Max("executed_at"))


_ASKED: dict[tuple[bool, bool], Prepared[Found]] = {
    (True, True): Prepared(lambda account: _asked(Q(), account)),
    (True, False): Prepared(lambda account, sources: _asked(Q(source__in=sources), account)),
    (False, True): Prepared(lambda account, ids: _asked(Q(entity_id__in=ids), account)),
    (False, False): Prepared(lambda account, ids, sources: _asked(Q(entity_id__in=ids, source__in=sources), account)),
}
"""By whether all objects and all sources are meant."""
