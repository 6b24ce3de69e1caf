"""How each account stood at the end of each day; entries and totals are found by their day."""

import django.db.models.deletion
import orders.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0022_the_providers_books'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('ours', models.BigIntegerField(verbose_name='in our books')),
                ('theirs', models.BigIntegerField(verbose_name='in theirs')),
                ('unexplained', models.BigIntegerField(null=True, verbose_name='unexplained')),
                ('files', models.PositiveIntegerField()),
                ('last_entry', models.BigIntegerField()),
                ('written_at', models.DateTimeField(default=orders.clock.now)),
            ],
            options={
                'verbose_name': 'proof of a day',
                'verbose_name_plural': 'proofs of days',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['at'], name='entry_by_time'),
        ),
        migrations.AddIndex(
            model_name='settlementtotal',
            index=models.Index(fields=['day'], name='settlement_total_by_day'),
        ),
        migrations.AddField(
            model_name='daybalance',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='day_balances', to='payments.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddConstraint(
            model_name='daybalance',
            constraint=models.UniqueConstraint(fields=('account', 'currency', 'day'), name='day_balance_once'),
        ),
    ]
