from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0010_webhooks_are_replayed_rotated_and_forgotten'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='review',
            name='review_kind_known',
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='feed_cursor',
            field=models.CharField(blank=True, editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='feed_read_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='events listed last'),
        ),
        migrations.AlterField(
            model_name='review',
            name='kind',
            field=models.CharField(choices=[('mismatch', 'the provider names another account, mode, currency or reference'), ('wrong_amount', 'another amount was captured than was asked for'), ('surplus', 'money came in that nobody owed and that cannot be given back by itself'), ('external_refund', "a refund was made at the provider's own site"), ('refund_failed', 'a refund failed'), ('refund_total', 'the provider has refunded more than its refunds add up to'), ('hold_ending', 'the bank holds the money for a short time only'), ('capture_failed', 'a capture failed'), ('dispute', 'the shopper disputes a payment at the bank'), ('bad_answer', "the provider's answer cannot be read"), ('no_answer', 'the provider does not say what became of it'), ('ledger', 'the ledger does not agree with the payment')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mismatch', 'wrong_amount', 'surplus', 'external_refund', 'refund_failed', 'refund_total', 'hold_ending', 'capture_failed', 'dispute', 'bad_answer', 'no_answer', 'ledger'])), name='review_kind_known'),
        ),
    ]
