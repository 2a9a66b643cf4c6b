"""What the doctor says about practices."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from django_vyte.exceptions import DecryptionError
from django_vyte.models.delivery import AccountKey
from django_vyte.ops.doctor.finding import Finding, Level, fine, wrong
from django_vyte.ops.doctor.questions import Subject, ask, register
from tests.clinic.models import SOURCE, Practice


@register(SOURCE, {"clinic_secrets_unreadable": Level.ERROR})
def examine(practice_id: str) -> Generator[Finding, None, list[Subject]]:
    """Each practice, or the one with this primary key."""
    subjects = []
    for pk, name in Practice.objects.order_by("pk").values_list("pk", "name"):
        if practice_id in ("", str(pk)):
            subject = Subject(name, str(pk), AccountKey(SOURCE, str(pk)))
            yield from ask(secrets, pk, about=subject)
            subjects.append(subject)
    return subjects


def secrets(pk: int) -> Iterator[Finding]:
    """Whether its secrets can be decrypted."""
    try:
        Practice.objects.get(pk=pk)
    except DecryptionError:
        yield wrong("clinic_secrets_unreadable", "Its secrets cannot be decrypted.", "Enter them anew.")
    else:
        yield fine("secrets", "Its secrets can be decrypted.")
