"""django-auditlog and django-easy-audit on all models: no secret may end up in their tables."""

from tests.hosts.settings.base import *

INSTALLED_APPS = [*INSTALLED_APPS, "auditlog", "easyaudit"]
MIDDLEWARE = [
    *MIDDLEWARE,
    "auditlog.middleware.AuditlogMiddleware",
    "easyaudit.middleware.easyaudit.EasyAuditMiddleware",
]
AUDITLOG_INCLUDE_ALL_MODELS = True
# Otherwise each records what the other has recorded, without end.
AUDITLOG_EXCLUDE_TRACKING_MODELS = ["easyaudit"]
DJANGO_EASY_AUDIT_UNREGISTERED_CLASSES_EXTRA = ["auditlog.LogEntry"]
# It logs paths of requests, as an access log does: see docs/run/security.md.
DJANGO_EASY_AUDIT_UNREGISTERED_URLS_EXTRA = [r"^/vyte/webhooks/"]


def after(story: Any) -> None:
    from auditlog.models import LogEntry
    from django.db import connection
    from easyaudit.models import CRUDEvent

    from django_vyte.models import ThirdPartyApp, Webhook

    app = ThirdPartyApp.objects.create(app_id="b" * 24, secret="s3cret-of-the-app", name="CRM")
    app.secret = "an0ther-secret-of-the-app"
    app.save()
    secrets = {"an0ther-secret-of-the-app", "s3cret-of-the-app", story.vyte.api_key}
    # What was recorded of it shows that the audit is at work.
    assert LogEntry.objects.filter(object_repr="CRM").exists()
    assert CRUDEvent.objects.filter(object_repr="CRM").exists()
    secrets |= {token.get_secret_value() for token in Webhook.objects.values_list("token", flat=True)}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {table}")
            text = repr(cursor.fetchall())
            assert not [secret for secret in secrets if secret in text], table
