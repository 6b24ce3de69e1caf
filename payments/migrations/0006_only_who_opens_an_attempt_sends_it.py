from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0005_every_way_to_pay"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="attempt",
            name="sent_at",
        ),
    ]
