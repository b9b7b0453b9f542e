"""Who is calling: the token, its proof, and what `debug_token` says about it (reference 1.2)."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, bad_token, invalid

SCOPES = ("ads_management", "ads_read", "business_management")


@dataclass(slots=True)
class Credentials:
    """Made from the seed: they open the sandbox only. `revoked` holds account ids whose access was withdrawn."""

    app_id: str
    app_secret: str
    token: str
    revoked: set[str] = field(default_factory=set)

    @staticmethod
    def of(seed: int) -> "Credentials":
        def made(purpose: str, length: int) -> str:
            return hashlib.sha256(f"campaign-intelligence sandbox {purpose} {seed}".encode()).hexdigest()[:length]

        return Credentials(str(900_000_000_000_000 + seed), made("secret", 32), "EAASANDBOX" + made("token", 60))

    def proof(self, token: str) -> str:
        """`appsecret_proof`: hex HMAC-SHA256 of the token under the app secret."""
        return hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()

    def check(self, call: Call) -> None:
        """Error 190 without a valid token, 100 for a proof that does not fit."""
        token = call.token
        if not token:
            raise GraphError("An access token is required to request this resource.", 104)
        if token not in (self.token, f"{self.app_id}|{self.app_secret}"):
            raise bad_token()
        proof = call.text("appsecret_proof")
        if proof and not hmac.compare_digest(proof, self.proof(token)):
            raise GraphError("Invalid appsecret_proof provided in the API argument", 100)

    def check_account(self, account_id: str) -> None:
        """Error 190/460 where the access to this account was withdrawn."""
        if account_id in self.revoked:
            raise bad_token("Error validating access token: The session has been invalidated.", 460)

    def describe(self, call: Call) -> dict[str, Any]:
        """The answer of `debug_token`; needs an app token (or the token itself)."""
        asked = call.text("input_token")
        if not asked:
            raise invalid("The parameter input_token is required", "input_token")
        if asked != self.token or self.revoked:
            error = {
                "code": 190,
                "message": "Error validating access token: The session has been invalidated.",
                "subcode": 460,
            }
            return {"data": {"is_valid": False, "error": error, "scopes": []}}
        return {"data": self._facts()}

    def _facts(self) -> dict[str, Any]:
        return {
            "app_id": self.app_id,
            "application": "Sandbox app",
            "type": "SYSTEM_USER",
            "is_valid": True,
            "expires_at": 0,
            "data_access_expires_at": 0,
            "issued_at": 1_700_000_000,
            "scopes": list(SCOPES),
            "granular_scopes": [{"scope": scope} for scope in SCOPES],
            "user_id": "122000000000001",
        }
