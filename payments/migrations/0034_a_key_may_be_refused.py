import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import orders.clock


class Migration(migrations.Migration):
    dependencies = [("payments", "0033_the_same_card_is_kept_once")]

    operations = [
        migrations.AddField(
            model_name="provideraccount",
            name="key_refused",
            field=models.BooleanField(default=False, db_default=False, editable=False),
        ),
        migrations.CreateModel(
            name="KeyTrouble",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("verb", models.CharField(blank=True, max_length=12)),
                ("lacks", models.CharField(blank=True, max_length=80)),
                ("since", models.DateTimeField(default=orders.clock.now, null=True)),
                ("logged_at", models.DateTimeField(null=True)),
                ("alerted_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key_troubles",
                        to="payments.provideraccount",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=Q(since__isnull=False),
                        fields=["since", "id"],
                        name="key_trouble_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "verb"), name="key_trouble_once")
                ],
            },
        ),
    ]
