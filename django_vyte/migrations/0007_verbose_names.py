import django.utils.timezone
from django.db import migrations, models

import django_vyte.fields


class Migration(migrations.Migration):
    dependencies = [
        ("django_vyte", "0006_delivery_without_team"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="status",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("working", "working"),
                    ("waiting", "waiting for a retry"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("ignored", "ignored"),
                ],
                default="received",
                max_length=16,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="subject",
            field=django_vyte.fields.ExactCharField(
                blank=True,
                help_text="The object that the call is about, such as event:ID; empty for several objects or none.",
                max_length=100,
                verbose_name="subject",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="as_of",
            field=models.DateTimeField(
                help_text="When the request was sent whose response is mirrored here.", verbose_name="as of"
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="cancelled_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the cancellation became known, on Vyte's clock.",
                null=True,
                verbose_name="cancelled at",
            ),
        ),
        migrations.AlterField(
            model_name="eventchange",
            name="cause",
            field=models.CharField(
                choices=[
                    ("webhook", "a webhook call"),
                    ("sync", "a synchronisation"),
                    ("patrol", "a comparison with Vyte"),
                    ("action", "a user of this site"),
                    ("refresh", "a refresh"),
                ],
                max_length=16,
                verbose_name="cause",
            ),
        ),
        migrations.AlterField(
            model_name="eventchange",
            name="created_at",
            field=models.DateTimeField(
                db_index=True, default=django.utils.timezone.now, verbose_name="recorded at"
            ),
        ),
        migrations.AlterField(
            model_name="eventchange",
            name="told",
            field=models.JSONField(
                blank=True, default=list, editable=False, verbose_name="notified receivers"
            ),
        ),
        migrations.AlterField(
            model_name="eventchange",
            name="told_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dispatched at"),
        ),
        migrations.AlterField(
            model_name="member",
            name="told",
            field=models.JSONField(
                blank=True, default=list, editable=False, verbose_name="notified receivers"
            ),
        ),
        migrations.AlterField(
            model_name="member",
            name="told_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dispatched at"),
        ),
        migrations.AlterField(
            model_name="team",
            name="patrolled_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When some of its meetings were last compared with Vyte in the background.",
                null=True,
                verbose_name="compared at",
            ),
        ),
        migrations.AlterField(
            model_name="team",
            name="problem",
            field=models.TextField(
                blank=True,
                default="",
                editable=False,
                help_text="Why the last synchronisation, comparison or registration of webhooks failed; empty when all succeeded.",
                verbose_name="problem",
            ),
        ),
        migrations.AlterField(
            model_name="team",
            name="webhooks_restored_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When webhooks that were missing at Vyte were last registered again in the background.",
                null=True,
                verbose_name="webhooks restored at",
            ),
        ),
    ]
