"""The endpoint that Vyte calls: the token in the path says whose call it is.

Vyte documents no signature, so the unguessable address is the whole authentication ("Getting a webhook call").
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import router
from rest_framework.request import Request

from django_vyte.db import retry_on_conflict
from django_vyte.inbox.receiving import AccountLookup
from django_vyte.models import Webhook
from django_vyte.models.team import SOURCE
from django_vyte.models.webhook import digest
from django_vyte.views import WebhookView

TEAM_OF_TOKEN = "SELECT team_id AS account FROM django_vyte_webhook WHERE token_digest = %s"  # noqa: S105
# Digests of tokens found before. They spare a SELECT and let nobody in: the INSERT looks the token up again.
_known: set[str] = set()


class VyteWebhookView(WebhookView):
    """``POST /vyte/webhooks/<token>/``: an unknown token is a 404 that writes nothing."""

    source = SOURCE

    def identify(self, request: Request, **kwargs: Any) -> AccountLookup | None:
        """The team whose webhook has this token, looked up by the INSERT of the call."""
        token_digest = digest(kwargs["token"])
        if request.method == "POST" and token_digest not in _known and not is_known_token(kwargs["token"]):
            # The body of a stranger is not read.
            return None
        return AccountLookup(TEAM_OF_TOKEN, (token_digest,))

    def not_found(self, request: Request, **kwargs: Any) -> None:
        """Forget a token whose webhook is gone."""
        _known.discard(digest(kwargs["token"]))


def is_known_token(token: str) -> bool:
    """Whether a webhook has this token."""
    look_up = partial(Webhook.objects.for_token, token)
    known = retry_on_conflict(look_up, router.db_for_write(Webhook)) is not None
    if known:
        _known.add(digest(token))
    return known


receive = VyteWebhookView.as_view()
