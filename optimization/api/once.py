"""Idempotency keys: a POST that is sent again with the same key has its effect once, and is answered the same.

A caller whose connection broke does not know whether its request arrived. With the header `Idempotency-Key` it sends
the request again and gets the first answer; what it did and what was answered are one transaction.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from optimization.api.errors import Refused
from optimization.models import RequestKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(hours=24)
LONGEST = 200
DESCRIBED = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    pattern=f"^[!-~]{{1,{LONGEST}}}$",
    description="Sent again with the same key and body within 24 hours, it is answered as before and done once.",
)
Method = Callable[..., Response]


class KeyReused(exceptions.APIException):
    """The key belongs to another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = f"This {HEADER} was used for another body. Take a new key for a new request."


def once(method: Method) -> Method:
    """For the method of an APIView that changes something. Without the header it is done each time it is asked."""

    @extend_schema(parameters=[DESCRIBED])
    @wraps(method)
    def keyed(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return method(self, request, *args, **kwargs)
        return _answered(request, key, lambda: method(self, request, *args, **kwargs))

    return keyed


@transaction.atomic
def _answered(request: Request, key: str, act: Callable[[], Response]) -> Response:
    """The stored answer, or the act's. Of two at the same moment one waits for the other's row.

    What the act raises undoes the row too, so that an error is never kept: the request may be corrected and sent again.
    """
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable() and " " not in key):
        raise Refused(f"{HEADER}: 1 to {LONGEST} visible ASCII characters, for example a UUID.", HEADER)
    user, now = request.user, timezone.now()
    assert isinstance(user, User)  # noqa: S101  (IsAuthenticated; tells mypy)
    RequestKey.objects.filter(user=user, created_at__lte=now - KEPT).delete()
    said = {"digest": _digest(request), "created_at": now}
    held, first = RequestKey.objects.get_or_create(user=user, path=request.path, key=key, defaults=said)
    if not first:
        if held.digest != said["digest"]:
            raise KeyReused
        return Response(json.loads(held.body), status=held.status, headers={REPLAYED: "true"})
    answer = act()
    held.status, held.body = answer.status_code, JSONRenderer().render(answer.data).decode()
    held.save(update_fields=["status", "body"])
    return answer


def _digest(request: Request) -> str:
    told = json.dumps([request.method, request.data], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
