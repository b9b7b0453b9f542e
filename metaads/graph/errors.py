"""Errors of the Graph API, sorted by what must happen next. Nobody looks at HTTP codes outside this folder."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Detail:
    """What Meta said. `user_title` and `user_message` are made for people; both may be empty."""

    code: int | None = None
    subcode: int | None = None
    message: str = ""
    user_title: str = ""
    user_message: str = ""
    fbtrace_id: str = ""
    blame: tuple[str, ...] = ()

    def for_people(self) -> str:
        """The best sentence there is, with Meta's numbers for support."""
        text = self.user_message or self.message or "Meta gave no reason."
        number = f"{self.code}/{self.subcode}" if self.subcode else str(self.code)
        return f"{text} (Meta error {number})" if self.code is not None else text


class MetaError(Exception):
    """Base. `str(error)` is safe to show and log: it never holds a URL or a token."""

    def __init__(self, text: str, detail: Detail | None = None) -> None:
        super().__init__(text)
        self.detail = detail or Detail(message=text)


class Transient(MetaError):
    """A passing fault of a read, or a refusal that surely had no effect."""


class RateLimited(Transient):
    """Too many calls. `retry_after` as Meta's headers say, else the default of the bucket."""

    def __init__(self, text: str, detail: Detail | None = None, retry_after: timedelta = timedelta(minutes=5)) -> None:
        super().__init__(text, detail)
        self.retry_after = retry_after


class Permanent(MetaError):
    """Will fail again unless a person changes something (bad parameter, object gone, policy)."""


class TokenInvalid(Permanent):
    """The token is revoked, expired or lacks a permission: a person must reconnect; trying again is useless."""


class TooMuchData(Permanent):
    """A read asked for more than Meta gives in one answer: ask for smaller pages or fewer days."""


class NotAllowed(MetaError):
    """Our own refusal: a reading client was asked for something that is not a read. Nothing was sent."""


class OutcomeUnknown(MetaError):
    """No usable answer: time-out, reset, HTML, or one of Meta's internal errors (1, 2, negative ...).

    A write may or may not have taken effect: read, then decide.
    """
