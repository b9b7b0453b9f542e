"""One shape for every error: `{"detail", "code", "field_errors"}`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler


class Refused(exceptions.APIException):
    """Well-formed, but it can't be answered. `field` names the parameter at fault."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid"

    def __init__(self, message: str, field: str = "", code: str = "invalid") -> None:
        super().__init__(message, code)
        self.field = field


class Several(exceptions.APIException):
    """Like Refused, with several places at fault. `fields`: place -> what is wrong there."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__()
        self.fields = fields


class TooLarge(exceptions.APIException):
    """More bytes than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "The body is too large. Send it in several parts."


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """For REST_FRAMEWORK's EXCEPTION_HANDLER. None (not ours): Django answers with a 500 and logs it."""
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        fields = _flat(error.detail)
        response.data = shaped("Some values can't be used: see field_errors.", "invalid", fields)
    elif isinstance(error, Several):
        response.data = shaped(str(error.detail), str(error.get_codes()), error.fields)
    elif isinstance(error, Refused):
        response.data = shaped(str(error.detail), str(error.get_codes()), {error.field: [str(error.detail)]})
    else:
        response.data = shaped(_text(response.data), _code(error), {})
    return response


def shaped(detail: str, code: str, field_errors: Mapping[str, list[str]]) -> dict[str, Any]:
    """The body of an error; errors without a field stand under `non_field_errors`."""
    return {
        "detail": detail,
        "code": code,
        "field_errors": {name or "non_field_errors": texts for name, texts in field_errors.items()},
    }


def _text(data: Any) -> str:
    return str(data.get("detail", data)) if isinstance(data, Mapping) else str(data)


def _code(error: Exception) -> str:
    codes = error.get_codes() if isinstance(error, exceptions.APIException) else None
    return codes if isinstance(codes, str) else "not_found" if "404" in type(error).__name__ else "error"


def _flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested errors by their dotted place: `rows.3.value`."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            found.update(_flat(inner, own))
        return found
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        found = {}
        for place, inner in enumerate(detail):
            found.update(_flat(inner, f"{path}.{place}".lstrip(".")) if inner else {})
        return found
    return {path: [str(item) for item in (detail if isinstance(detail, list) else [detail])]}


def failed(request: HttpRequest) -> HttpResponse:
    """For `handler500`: a program gets the shape that it reads, a person the page. The error is logged already."""
    if request.path.startswith(("/api/", "/meta/")):
        text = "Something failed on the server and was logged. Before sending it again, look whether it took effect."
        return JsonResponse(shaped(text, "server_error", {}), status=500)
    return server_error(request)


class Unknown(APIView):
    """Every path under /api/ that does not exist: a JSON 404 and not a page."""

    schema = None
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound("There is no such endpoint. See /api/docs/.")
