"""The list of orders is paged by time and key; an e-mail is found by how it begins."""

import orders.clock
from django.conf import settings
from django.db import migrations, models


PREFIX = "order_email_begins"


def index_emails(apps, schema_editor):
    """As Django asks where a word begins so, in any case; only PostgreSQL has such an index."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE INDEX {PREFIX} ON orders_order (UPPER(email::text) text_pattern_ops)"
        )


def forget_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {PREFIX}")


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_pieces_are_refunded_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='order',
            name='placed_at',
            field=models.DateTimeField(default=orders.clock.now, verbose_name='placed'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['placed_at', 'id'], name='order_by_time'),
        ),
        migrations.RunPython(index_emails, forget_index),
    ]
