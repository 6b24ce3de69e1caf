"""The bank keeps books: movements, payouts, fees, and the faults of its reports."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sandbox', '0004_disputes_take_evidence'),
    ]

    operations = [
        migrations.AddField(
            model_name='merchant',
            name='closed_through',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='merchant',
            name='dispute_fee',
            field=models.PositiveIntegerField(default=1500),
        ),
        migrations.AddField(
            model_name='merchant',
            name='fee_basis_points',
            field=models.PositiveIntegerField(default=140),
        ),
        migrations.AddField(
            model_name='merchant',
            name='fee_fixed',
            field=models.PositiveIntegerField(default=20),
        ),
        migrations.AddField(
            model_name='merchant',
            name='report_faults',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=40, unique=True)),
                ('day', models.DateField(blank=True, null=True)),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.BigIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='sandbox.merchant')),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('capture', 'Capture'), ('refund', 'Refund'), ('refund_reversed', 'Refund Reversed'), ('dispute', 'Dispute'), ('dispute_reversal', 'Dispute Reversal'), ('fee', 'Fee'), ('payout', 'Payout')], max_length=16)),
                ('name', models.CharField(max_length=40)),
                ('reference', models.CharField(blank=True, max_length=64)),
                ('method', models.CharField(blank=True, max_length=20)),
                ('mode', models.CharField(max_length=4)),
                ('currency', models.CharField(max_length=3)),
                ('gross', models.BigIntegerField()),
                ('fee', models.BigIntegerField(default=0)),
                ('occurred_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField()),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='sandbox.merchant')),
                ('payout', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='sandbox.payout')),
            ],
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(fields=('merchant', 'day', 'currency'), name='sandbox_payout_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(condition=models.Q(('day__isnull', True)), fields=('merchant', 'currency'), name='sandbox_payout_one_unsent'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('day__isnull', True)), models.Q(('amount__gt', 0), ('day__isnull', False)), _connector='OR'), name='sandbox_payout_sends_something'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['merchant', 'settled_at'], name='sandbox_movement_by_day'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.UniqueConstraint(fields=('kind', 'name'), name='sandbox_movement_once'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('fee__gte', 0)), name='sandbox_movement_fee_costs'),
        ),
    ]
