from django.db import migrations

REASONS = (
    "I changed my mind",
    "It does not fit",
    "It is not as described",
    "It came damaged or does not work",
    "It is not what I ordered",
    "Another reason",
)


def write_reasons(apps, schema_editor):
    """The list that staff begin with; who has a list of their own keeps it."""
    reason = apps.get_model("orders", "ReturnReason")
    if not reason.objects.exists():
        reason.objects.bulk_create(
            reason(label=label, position=position) for position, label in enumerate(REASONS, 1)
        )


class Migration(migrations.Migration):

    dependencies = [
        ("orders", "0006_goods_are_dispatched_and_returned"),
    ]

    operations = [
        migrations.RunPython(write_reasons, migrations.RunPython.noop),
    ]
