from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def led_so_far(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever has begun to pay was led there; who waits for an answer still has not been."""
    attempts = apps.get_model("payments", "Attempt").objects
    attempts.filter(status="requires_action").update(led_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("payments", "0027_a_bank_may_only_ask")]

    operations = [
        migrations.AddField(
            model_name="attempt", name="led_at", field=models.DateTimeField(null=True)
        ),
        migrations.RunPython(led_so_far, migrations.RunPython.noop),
    ]
