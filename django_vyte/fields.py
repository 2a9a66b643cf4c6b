"""Model fields: ``EncryptedTextField``, encrypted in the database and plain in Python, and ``ExactCharField``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from django_vyte.conf import get_settings
from django_vyte.exceptions import DecryptionError
from django_vyte.payloads.cleaning import without_nul

if TYPE_CHECKING:
    # Django's fields take no subscript at run time.
    CharField = models.CharField[str, str]
    TextField = models.TextField[str, str]
else:
    CharField, TextField = models.CharField, models.TextField

# Prefix of encrypted values in fixtures.
SEALED = "fernet:"
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


def parse_key(key: models.Field[Any, Any], text: str) -> Any:
    """The value of a primary key that is written exactly like this, as ``str`` writes it; None when there is none.

    ``int`` takes "1_0", "010" and " 10" for 10, but none of them was ever written for it.
    """
    while isinstance(key, models.ForeignKey):
        key = key.target_field
    try:
        value = key.to_python(text)
    except (ValidationError, ValueError, TypeError, OverflowError):
        return None
    # No database stores a larger number, and PostgreSQL refuses NUL.
    fits = abs(value) < 2**63 if isinstance(value, int) else without_nul(text) == text
    return value if fits and str(value) == text else None


class ExactCharField(CharField):
    """Text that every database compares exactly. For ids.

    MariaDB and MySQL ignore case and accents by default, which would take two ids for one:
    https://docs.djangoproject.com/en/stable/ref/databases/#collation-settings
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """The column's type; on MySQL and MariaDB with a collation that compares bytes."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters


class EncryptedTextField(TextField):
    """Text encrypted with Fernet; reading it without the right key raises DecryptionError.

    Two encryptions of one text differ, so queries can only compare the column with NULL. Fixtures hold the encrypted
    form.
    """

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """The encrypted form of ``value``; None stays None."""
        value = super().get_db_prep_save(value, connection)
        return value if value is None else encrypt(value)

    def from_db_value(self, value: str | None, *args: object) -> str | None:
        """The decrypted form; DecryptionError when no key decrypts it."""
        return value if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """FieldError for every lookup but ``isnull``."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched with {lookup_name!r}.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """The encrypted form, for serializers: a fixture never holds a secret in plain text."""
        return SEALED + encrypt(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        """Decrypts the output of ``value_to_string``; any other value as a TextField does."""
        if isinstance(value, str) and value.startswith(SEALED):
            return decrypt(value.removeprefix(SEALED))
        return super().to_python(value)
