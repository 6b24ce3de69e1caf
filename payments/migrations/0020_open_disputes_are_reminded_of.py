from datetime import timedelta

from django.db import migrations
from django.db.models import F

AHEAD = timedelta(hours=72)


def remind(apps, schema_editor):
    """Disputes that were open before there were reminders get theirs."""
    disputes = apps.get_model('payments', 'Dispute').objects
    waiting = disputes.filter(status='open', evidence_due_at__isnull=False)
    waiting.update(remind_at=F('evidence_due_at') - AHEAD)


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0019_disputes_are_answered'),
    ]

    operations = [
        migrations.RunPython(remind, migrations.RunPython.noop),
    ]
