from django.db import migrations

REASONS = {
    'returned': 'Goods came back',
    'damaged': 'Damaged or faulty',
    'lost': 'Did not arrive',
    'unavailable': 'Cannot be delivered',
    'charged_twice': 'Charged twice or too much',
    'goodwill': 'Goodwill',
    'other': 'Another reason',
}


def write_reasons(apps, schema_editor):
    """The list that staff begin with; who has a list of their own keeps it."""
    reason = apps.get_model('payments', 'RefundReason')
    if not reason.objects.exists():
        reason.objects.bulk_create(
            reason(code=code, label=label, position=position)
            for position, (code, label) in enumerate(REASONS.items(), 1)
        )


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0017_refunds_are_requests_that_may_wait'),
    ]

    operations = [
        migrations.RunPython(write_reasons, migrations.RunPython.noop),
    ]
