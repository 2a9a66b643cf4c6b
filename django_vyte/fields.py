"""Model fields: ``EncryptedTextField``, encrypted in the database and masked in Python, and ``ExactCharField``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute
from django.forms import CharField as CharFormField
from django.forms import PasswordInput

from django_vyte.encryption import Secret, encrypt
from django_vyte.payloads.cleaning import without_nul

if TYPE_CHECKING:
    # Django's fields take no subscript at run time.
    CharField = models.CharField[str, str]
    TextField = models.TextField[str | Secret, Secret]
else:
    CharField, TextField = models.CharField, models.TextField

# Prefix of encrypted values in fixtures.
SEALED = "fernet:"


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


class SecretAttribute(DeferredAttribute):
    """The attribute of an EncryptedTextField: a text becomes a Secret when it is assigned."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class EncryptedTextField(TextField):
    """Text encrypted with Fernet in the database, and a ``Secret`` in Python; a ``str`` can be assigned.

    Two encryptions of one text differ, so queries can only compare the column with NULL. Fixtures hold the encrypted
    form. A form asks for the text and never shows it.
    """

    descriptor_class = SecretAttribute

    def to_python(self, value: Any) -> Any:
        """A Secret from a text, or from the output of ``value_to_string``; None and expressions as they are."""
        if value is None or isinstance(value, Secret) or hasattr(value, "resolve_expression"):
            return value
        text = super().to_python(value)
        return Secret.from_token(text.removeprefix(SEALED)) if text.startswith(SEALED) else Secret(text)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """The form encrypted with the newest key; None stays None.

        An expression has to consist of encrypted values, as that of ``bulk_update`` does; FieldError for any other.
        """
        value = self.to_python(value)
        if value is None or isinstance(value, Secret):
            return value if value is None else encrypt(value.get_secret_value())
        if not isinstance(getattr(value, "output_field", None), EncryptedTextField):
            raise FieldError(f"{self.name} is encrypted: give it a text, not an expression of the database.")
        return value

    def from_db_value(self, value: str | None, *args: object) -> Secret | None:
        """A Secret, which is decrypted when its text is needed."""
        return value if value is None else Secret.from_token(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """FieldError for every lookup but ``isnull``."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched with {lookup_name!r}.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """The encrypted form, for serializers: a fixture never holds a secret in plain text."""
        return SEALED + encrypt(self.value_from_object(obj).get_secret_value())

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """One line that is never filled in."""
        kwargs = {"form_class": CharFormField, **kwargs, "widget": PasswordInput}
        return super().formfield(*args, **kwargs)
