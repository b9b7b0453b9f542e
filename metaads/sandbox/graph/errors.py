"""Meta's error objects (reference 7.3): the code and subcode decide, the user texts are for people."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass
class GraphError(Exception):
    """Raised anywhere below the door; the door turns it into the JSON body."""

    message: str
    code: int
    subcode: int | None = None
    kind: str = "OAuthException"
    status: int = 400
    title: str = ""
    user_message: str = ""
    blame: tuple[str, ...] = ()
    transient: bool = False

    def body(self, trace: str) -> dict[str, Any]:
        """The object as Meta sends it; `trace` becomes `fbtrace_id`."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code not in (80000, 80004):
            error["is_transient"] = self.transient
        if self.title:
            error["error_user_title"] = self.title
            error["error_user_msg"] = self.user_message
        if self.blame:
            error["error_data"] = json.dumps({"blame_field_specs": [list(self.blame)]})
        error["fbtrace_id"] = trace
        return {"error": error}


def missing(object_id: str) -> GraphError:
    """The object is not there, or this token may not see it: Meta does not tell which."""
    text = (
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return GraphError(text, 100, 33, kind="GraphMethodException")


def unknown_field(name: str, node: str) -> GraphError:
    return GraphError(f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})", 100)


def invalid(text: str, *blame: str) -> GraphError:
    """A parameter that makes no sense."""
    return GraphError(f"(#100) {text}", 100, blame=blame)


def refused(subcode: int, title: str, text: str, *blame: str, code: int = 100) -> GraphError:
    """A well-formed request that Meta's rules forbid."""
    return GraphError("Invalid parameter", code, subcode, title=title, user_message=text, blame=blame)


def bad_token(
    text: str = "Invalid OAuth access token - Cannot parse access token", subcode: int | None = None
) -> GraphError:
    return GraphError(text, 190, subcode, status=401)
