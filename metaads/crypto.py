"""Sealing of secrets at rest: AES-256-GCM, bound to the row and column they belong to.

Format `v1:<key id>:<base64(nonce + ciphertext)>`. The context (`table:pk:column`) is authenticated, so a
ciphertext moved to another row or column cannot be opened there. Keys: `FIELD_ENCRYPTION_KEYS`, newest first.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class SecretError(Exception):
    """A sealed value cannot be opened: unknown key, altered text, or moved from another row."""


def _keys() -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in settings.FIELD_ENCRYPTION_KEYS:
        key_id, _, encoded = entry.partition(":")
        key = base64.b64decode(encoded)
        if len(key) != 32:
            raise SecretError(f"FIELD_ENCRYPTION_KEYS: key {key_id!r} has {len(key)} bytes, 32 are needed.")
        keys[key_id] = key
    return keys


def seal(plain: str, context: str) -> str:
    """Encrypts `plain` with the newest key. Empty stays empty."""
    if not plain:
        return ""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(12)
    body = AESGCM(key).encrypt(nonce, plain.encode(), context.encode())
    return f"v1:{key_id}:{base64.b64encode(nonce + body).decode()}"


def unseal(sealed: str, context: str) -> str:
    """Decrypts what `seal` made for the same context. Raises SecretError."""
    if not sealed:
        return ""
    version, key_id, encoded = sealed.split(":", 2)
    key = _keys().get(key_id)
    if version != "v1" or key is None:
        raise SecretError(f"No key {key_id!r} in FIELD_ENCRYPTION_KEYS. Put the old key back behind the newest one.")
    raw = base64.b64decode(encoded)
    try:
        return AESGCM(key).decrypt(raw[:12], raw[12:], context.encode()).decode()
    except InvalidTag:
        raise SecretError("A sealed secret was altered or belongs to another row.") from None


def new_key() -> str:
    """A line for FIELD_ENCRYPTION_KEYS."""
    return f"k{os.urandom(3).hex()}:{base64.b64encode(os.urandom(32)).decode()}"
