"""A card is found by its last four digits; the queue finds open reviews and disputes by index."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0020_open_disputes_are_reminded_of'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='attempt',
            name='brand',
            field=models.CharField(blank=True, max_length=40, verbose_name='brand'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='last4',
            field=models.CharField(blank=True, max_length=4, verbose_name='last four digits'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('last4', ''), _negated=True), fields=['last4', 'id'], name='attempt_by_card'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['evidence_due_at'], name='dispute_waits'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['opened_at', 'id'], name='review_open'),
        ),
    ]
