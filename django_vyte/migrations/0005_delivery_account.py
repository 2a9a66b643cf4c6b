from typing import Any

from django.db import migrations, models
from django.db.models import CharField
from django.db.models.functions import Cast

import django_vyte.fields


def accounts_from_teams(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    deliveries = apps.get_model("django_vyte", "Delivery")._default_manager.using(using)
    deliveries.filter(source="vyte", team__isnull=False).update(
        account=Cast("team_id", CharField(max_length=64))
    )


class Migration(migrations.Migration):
    dependencies = [
        ("django_vyte", "0004_waiting_deliveries"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="account",
            field=django_vyte.fields.ExactCharField(default="", max_length=64, verbose_name="account"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="delivery",
            name="source",
            field=models.CharField(max_length=32, verbose_name="source"),
        ),
        migrations.RunPython(accounts_from_teams, migrations.RunPython.noop),
    ]
