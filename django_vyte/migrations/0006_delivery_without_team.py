from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def teams_from_accounts(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    deliveries = apps.get_model("django_vyte", "Delivery")._default_manager.using(using)
    # Team by team: an account need not be a number, and only some databases could be asked which one is.
    for pk in (
        apps.get_model("django_vyte", "Team")._default_manager.using(using).values_list("pk", flat=True)
    ):
        deliveries.filter(source="vyte", account=str(pk)).update(team=pk)


class Migration(migrations.Migration):
    dependencies = [
        ("django_vyte", "0005_delivery_account"),
    ]

    operations = [
        # First, so that it is the last thing on the way back: PostgreSQL alters no table with rows still to be checked.
        migrations.RunPython(migrations.RunPython.noop, teams_from_accounts),
        # The constraint goes first: MariaDB keeps the index that a foreign key needs.
        migrations.AlterField(
            model_name="delivery",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="django_vyte.team",
                verbose_name="team",
            ),
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="vyte_delivery_waiting",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="team",
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["source", "account", "next_attempt_at"], name="vyte_delivery_account"),
        ),
    ]
