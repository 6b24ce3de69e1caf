import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import orders.clock


class Migration(migrations.Migration):
    dependencies = [("payments", "0031_a_removed_card_stays_removed")]

    operations = [
        migrations.CreateModel(
            name="FailedPayout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=120)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("tell_at", models.DateTimeField(default=orders.clock.now, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="failed_payouts",
                        to="payments.provideraccount",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=Q(tell_at__isnull=False),
                        fields=["tell_at"],
                        name="failed_payout_untold",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "ref"), name="failed_payout_once")
                ],
            },
        ),
    ]
