"""What the doctor says about practices."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from django_vyte.db import fresh
from django_vyte.exceptions import DecryptionError
from django_vyte.models.delivery import AccountKey
from django_vyte.ops.doctor.finding import Finding, Level, fine, wrong
from django_vyte.ops.doctor.registry import CheckedAccount, register_check, run_check
from tests.clinic.models import SOURCE, Practice


@register_check(SOURCE, {"clinic_secrets_unreadable": Level.ERROR})
def check_practices(practice_id: str) -> Generator[Finding, None, list[CheckedAccount]]:
    """Each practice, or the one with this primary key."""
    accounts = []
    for pk, name in fresh(Practice.objects.order_by("pk")).values_list("pk", "name"):
        account = CheckedAccount(name, str(pk), AccountKey(SOURCE, str(pk)))
        if practice_id in ("", account.id):
            yield from run_check(secrets, pk, about=account)
        accounts.append(account)
    return accounts


def secrets(pk: int) -> Iterator[Finding]:
    """Whether its secrets can be decrypted."""
    try:
        practice = fresh(Practice.objects.all()).get(pk=pk)
        for secret in (practice.token, practice.signing_key):
            secret.get_secret_value()
    except DecryptionError:
        yield wrong("clinic_secrets_unreadable", "Its secrets cannot be decrypted.", "Enter them anew.")
    else:
        yield fine("secrets", "Its secrets can be decrypted.")
