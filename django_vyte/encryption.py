"""Encryption of secrets with ``VYTE["ENCRYPTION_KEYS"]``, and ``Secret``: a text that shows itself masked."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, Self, final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured

from django_vyte.conf import get_settings
from django_vyte.exceptions import DecryptionError
from django_vyte.redaction import MASK

MAKE_A_KEY = (
    "Make a key with\n"
    "  python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'\n"
    "keep it outside the code, and put it into the list."
)


def cipher() -> MultiFernet:
    """The cipher of ``VYTE["ENCRYPTION_KEYS"]``: encrypts with the first key, decrypts with any.

    Raises ImproperlyConfigured when the keys are missing or malformed, never showing one.
    """
    keys = get_settings().ENCRYPTION_KEYS
    if not keys:
        raise ImproperlyConfigured(
            f"VYTE['ENCRYPTION_KEYS'] is empty: secrets cannot be stored. {MAKE_A_KEY}"
        )
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except (ValueError, TypeError):
        problem = "VYTE['ENCRYPTION_KEYS'] holds a value that is not a Fernet key (32 url-safe base64-encoded bytes)."
        raise ImproperlyConfigured(f"{problem} {MAKE_A_KEY}") from None


def encrypt(value: str) -> str:
    """``value`` encrypted with the newest key."""
    return cipher().encrypt(value.encode()).decode()


def decrypt(token: str) -> str:
    """The plain text of ``token``; DecryptionError when no configured key decrypts it."""
    try:
        return cipher().decrypt(token.encode()).decode()
    except InvalidToken:
        raise DecryptionError(
            "A stored secret cannot be decrypted with any of VYTE['ENCRYPTION_KEYS']. Put the key it was encrypted "
            "with back into the list (newest first, older ones after it). If it is lost, store the secret again: an "
            "API key and the webhooks with manage.py vyte_link_team, a third-party app's secret in the admin."
        ) from None


@final
class Secret:
    """A text that ``str``, ``repr`` and formatting mask, so that whatever reads a model's fields cannot leak it.

    ``get_secret_value()`` is the text. JSON refuses a Secret, and a pickle holds it encrypted. It equals the same text,
    compared in constant time. One that was read from the database is decrypted when its text is needed: all but
    masking may raise DecryptionError then.
    """

    __slots__ = ("_text", "_token")

    def __init__(self, text: str) -> None:
        if text == MASK:
            raise ValueError(f"{MASK} is how a secret is shown, and not a secret: give the secret itself.")
        self._text: str | None = text
        self._token = ""

    @classmethod
    def from_token(cls, token: str) -> Self:
        """A secret from its encrypted form."""
        secret = cls("")
        secret._text, secret._token = None, token
        return secret

    def get_secret_value(self) -> str:
        """The text; DecryptionError when no configured key decrypts it."""
        return decrypt(self._token) if self._text is None else self._text

    # Templates call what they find, unless it says that it alters data:
    # https://docs.djangoproject.com/en/stable/ref/templates/api/#variables-and-lookups
    get_secret_value.alters_data = True  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self.get_secret_value())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str | Secret):
            return NotImplemented
        theirs = other if isinstance(other, str) else other.get_secret_value()
        encoded = (text.encode(errors="surrogatepass") for text in (self.get_secret_value(), theirs))
        return hmac.compare_digest(*encoded)

    def __hash__(self) -> int:
        return hash(self.get_secret_value())

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[[str], Secret], tuple[str]]:
        token = encrypt(self._text) if self._text is not None else self._token
        return Secret.from_token, (token,)
