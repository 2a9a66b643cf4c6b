"""The endpoint that the clinic calls: the path names the practice, and a signature proves who calls."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import Any

from rest_framework.request import Request

from django_vyte.db import fresh
from django_vyte.views import InvalidSignature, WebhookView, read_body
from tests.clinic.models import SOURCE, Practice

# Seconds that a call may be on its way.
TOLERANCE = 300


class ClinicWebhookView(WebhookView):
    """``POST /clinic/webhooks/<practice>/``, signed as ``Clinic-Signature: t=<seconds>,v1=<hex>``."""

    source = SOURCE

    def identify(self, request: Request, **kwargs: Any) -> str | None:
        """The practice in the path, once the signature of the body fits its key."""
        practice = fresh(Practice.objects.filter(pk=kwargs["practice"])).first()
        if practice is None:
            return None
        if request.method == "POST":
            header = request.headers.get("clinic-signature", "")
            found = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", header)
            if not found or abs(time.time() - int(found[1])) > TOLERANCE:
                raise InvalidSignature
            wanted = signature(practice.signing_key.get_secret_value(), int(found[1]), read_body(request))
            if not hmac.compare_digest(found[2], wanted):
                raise InvalidSignature
        return str(practice.pk)


def signature(key: str, seconds: int, body: bytes) -> str:
    """The hexadecimal HMAC-SHA256 of ``<seconds>.<body>``."""
    return hmac.new(key.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
