"""Creator tokens (``ct``). Computed apart from the client's code, so that tests compare two implementations."""

from __future__ import annotations

import hashlib
import hmac


def creator_token(secret: str, email: str) -> str:
    """HMAC-SHA256 of the creator's email with the app's secret, in hexadecimal."""
    return hmac.new(secret.encode(), email.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, email: str, token: str) -> bool:
    """Whether ``token`` is the creator token of ``email``, compared in constant time."""
    return hmac.compare_digest(creator_token(secret, email).encode(), token.encode())
