"""Settlement files and their lines, payouts, bank statements, and what does not agree."""

import django.db.models.deletion
import orders.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0021_cards_and_questions_are_found'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_no', models.BigIntegerField()),
                ('day', models.DateField(verbose_name='booked on')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='reference')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='text')),
            ],
            options={
                'verbose_name': 'line of a bank statement',
                'verbose_name_plural': 'lines of bank statements',
            },
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claim', models.CharField(max_length=22)),
                ('kind', models.CharField(max_length=16)),
                ('ref', models.CharField(max_length=140)),
                ('currency', models.CharField(max_length=3)),
                ('ours', models.BigIntegerField(default=0)),
                ('theirs', models.BigIntegerField(default=0)),
                ('our_rows', models.BigIntegerField(default=0)),
                ('their_rows', models.BigIntegerField(default=0)),
                ('our_at', models.DateTimeField(null=True)),
                ('their_at', models.DateTimeField(null=True)),
                ('attempt_id', models.BigIntegerField(null=True)),
                ('operation_id', models.BigIntegerField(null=True)),
                ('our_currency', models.CharField(blank=True, max_length=3)),
                ('named', models.CharField(blank=True, max_length=140)),
                ('verdict', models.CharField(blank=True, max_length=24)),
            ],
        ),
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
        migrations.CreateModel(
            name='Discrepancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('kind', models.CharField(choices=[('missing_in_provider', "not in the provider's books"), ('missing_in_ledger', 'not in our books'), ('amount', 'another amount'), ('currency', 'another currency'), ('status', 'another status'), ('fee', 'another fee than expected'), ('duplicate_in_provider', "more than once in the provider's books"), ('duplicate_in_ledger', 'more than once in our books'), ('timing', "not in the provider's books yet"), ('payout_total', 'a payout is not the sum of its lines'), ('bank_total', 'the bank got another amount than was sent'), ('unparseable_line', 'a line that cannot be read'), ('wrong_account_or_mode', 'a line of another account or mode')], max_length=24, verbose_name='kind')),
                ('about', models.CharField(blank=True, max_length=16, verbose_name='about')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='reference')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('our_currency', models.CharField(blank=True, max_length=3)),
                ('ours', models.BigIntegerField(null=True, verbose_name='in our books')),
                ('theirs', models.BigIntegerField(null=True, verbose_name='in theirs')),
                ('at', models.DateTimeField(null=True, verbose_name='happened')),
                ('line_no', models.BigIntegerField(null=True, verbose_name='line')),
                ('detail', models.CharField(blank=True, max_length=600, verbose_name='what was seen')),
                ('state', models.CharField(choices=[('draft', 'of a file that is being read'), ('open', 'open'), ('investigating', 'being looked into'), ('proposed', 'waiting for approval'), ('resolved', 'resolved')], default='open', max_length=13, verbose_name='state')),
                ('found_at', models.DateTimeField(default=orders.clock.now, verbose_name='found')),
                ('seen_at', models.DateTimeField(default=orders.clock.now, verbose_name='seen last')),
                ('asked_at', models.DateTimeField(null=True, verbose_name='provider asked')),
                ('resolution', models.CharField(blank=True, choices=[('auto', 'by itself'), ('adjusted', 'our books were adjusted'), ('refunded', 'refunded to the shopper'), ('written_off', 'written off'), ('ignored', 'ignored')], max_length=11, verbose_name='resolution')),
                ('reason', models.CharField(blank=True, max_length=400, verbose_name='reason')),
                ('evidence', models.CharField(blank=True, max_length=400, verbose_name='evidence')),
                ('resolved_at', models.DateTimeField(null=True, verbose_name='resolved')),
                ('decision_note', models.CharField(blank=True, db_default='', max_length=400, verbose_name='said to it')),
                ('request_key', models.CharField(blank=True, editable=False, max_length=40)),
                ('decision_key', models.CharField(blank=True, db_default='', editable=False, max_length=40)),
            ],
            options={
                'verbose_name': 'discrepancy',
                'verbose_name_plural': 'discrepancies',
                'permissions': [('resolve_discrepancy', 'Can resolve a discrepancy'), ('approve_discrepancy', 'Can approve how a discrepancy is resolved')],
            },
        ),
        migrations.CreateModel(
            name='FeeRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('percent', models.DecimalField(decimal_places=4, max_digits=7, verbose_name='percent')),
                ('fixed', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='fixed, in minor units')),
                ('tolerance', models.DecimalField(decimal_places=2, default=1, max_digits=12, verbose_name='tolerance, in minor units')),
            ],
            options={
                'verbose_name': 'expected fee',
                'verbose_name_plural': 'expected fees',
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_until', models.DateTimeField(null=True)),
                ('claim', models.CharField(blank=True, max_length=22)),
                ('ended_at', models.DateTimeField(null=True)),
                ('lines', models.BigIntegerField(default=0)),
                ('found', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=120, verbose_name='reference')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.BigIntegerField(null=True, verbose_name='amount')),
                ('lines_net', models.BigIntegerField(default=0, verbose_name='what its lines come to')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
                ('arrived', models.BigIntegerField(null=True, verbose_name='arrived')),
                ('arrived_on', models.DateField(null=True, verbose_name='arrived on')),
            ],
            options={
                'verbose_name': 'payout',
                'verbose_name_plural': 'payouts',
            },
        ),
        migrations.CreateModel(
            name='SettlementChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('body', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='SettlementFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('report', 'settlement report of a provider'), ('statement', 'statement of our bank account')], max_length=9, verbose_name='kind')),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('source', models.CharField(choices=[('upload', 'uploaded'), ('command', 'imported by command'), ('fetched', 'fetched from the provider')], max_length=7, verbose_name='came by')),
                ('sha256', models.CharField(max_length=64, verbose_name='fingerprint (SHA-256)')),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('state', models.CharField(choices=[('waiting', 'waiting to be read'), ('reading', 'being read'), ('loaded', 'read'), ('refused', 'refused'), ('replaced', 'taken back')], default='waiting', max_length=8, verbose_name='state')),
                ('first_day', models.DateField(null=True, verbose_name='first day')),
                ('last_day', models.DateField(null=True, verbose_name='last day')),
                ('opening', models.JSONField(default=dict)),
                ('closing', models.JSONField(default=dict)),
                ('statement_id', models.CharField(blank=True, max_length=140, verbose_name='statement number')),
                ('more_statements', models.JSONField(default=list, editable=False)),
                ('statement_of', models.CharField(blank=True, max_length=140, verbose_name='bank account')),
                ('lines_read', models.BigIntegerField(default=0, verbose_name='lines')),
                ('bad_lines', models.BigIntegerField(default=0, verbose_name='lines that cannot be read')),
                ('bytes_read', models.BigIntegerField(default=0)),
                ('why', models.CharField(blank=True, max_length=400, verbose_name='refused because')),
                ('why_line', models.BigIntegerField(null=True, verbose_name='in line')),
                ('created_at', models.DateTimeField(default=orders.clock.now, verbose_name='came in')),
                ('alive_at', models.DateTimeField(editable=False, null=True)),
                ('claim', models.CharField(blank=True, editable=False, max_length=22)),
                ('ended_at', models.DateTimeField(null=True, verbose_name='read or refused')),
                ('alerted_at', models.DateTimeField(editable=False, null=True)),
                ('fees_checked', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'verbose_name': 'settlement file',
                'verbose_name_plural': 'settlement files',
                'permissions': [('import_settlementfile', 'Can import settlement files and bank statements')],
            },
        ),
        migrations.CreateModel(
            name='SettlementTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('payout_ref', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=16)),
                ('method', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('settled_currency', models.CharField(max_length=3)),
                ('lines', models.BigIntegerField()),
                ('gross', models.BigIntegerField()),
                ('settled_gross', models.BigIntegerField()),
                ('fee', models.DecimalField(decimal_places=6, max_digits=26)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='entry',
            name='entry_kind_known',
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='payout_days',
            field=models.PositiveSmallIntegerField(default=5, verbose_name='days until a payout is at our bank'),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='report_alerted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='report_zone',
            field=models.CharField(default='UTC', max_length=40, verbose_name='time zone of its reports'),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='settlement_days',
            field=models.PositiveSmallIntegerField(default=3, verbose_name='days until a payment is in a report'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='attempt',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.attempt', verbose_name='attempt'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='kind',
            field=models.CharField(choices=[('capture', 'capture'), ('refund', 'refund'), ('refund_reversed', 'refund that came back'), ('dispute', 'dispute'), ('elsewhere', 'returned elsewhere'), ('opening', 'opening'), ('fee', 'fees'), ('payout', 'payout'), ('fx', 'settled in another currency'), ('adjustment', 'adjustment')], max_length=16, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='candidate',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='payments.provideraccount'),
        ),
        migrations.AddField(
            model_name='daybalance',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='day_balances', to='payments.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='payments.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='attempt',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='payments.attempt'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='operation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='payments.operation'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='looked after by'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='proposed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='resolved by'),
        ),
        migrations.AddField(
            model_name='entry',
            name='discrepancy',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.discrepancy', verbose_name='discrepancy'),
        ),
        migrations.AddField(
            model_name='feerule',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fee_rules', to='payments.provideraccount'),
        ),
        migrations.AddField(
            model_name='match',
            name='account',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='match', to='payments.provideraccount'),
        ),
        migrations.AddField(
            model_name='payout',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='payout',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='payments.payout', verbose_name='payout'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='payout',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_lines', to='payments.payout', verbose_name='payout'),
        ),
        migrations.AddField(
            model_name='entry',
            name='payout',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.payout', verbose_name='payout'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('payout__isnull', False)), fields=['payout'], name='entry_of_payout'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('discrepancy__isnull', False)), fields=['discrepancy'], name='entry_of_discrepancy'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['at'], name='entry_by_time'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['capture', 'refund', 'refund_reversed', 'dispute', 'elsewhere', 'opening', 'fee', 'payout', 'fx', 'adjustment'])), name='entry_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('attempt__isnull', False), ('discrepancy__isnull', True), ('payout__isnull', True)), models.Q(('attempt__isnull', True), ('discrepancy__isnull', True), ('payout__isnull', False)), models.Q(('attempt__isnull', True), ('discrepancy__isnull', False), ('payout__isnull', True)), _connector='OR'), name='entry_of_one_thing'),
        ),
        migrations.AddField(
            model_name='settlementfile',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement_files', to='payments.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='settlementfile',
            name='uploaded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by'),
        ),
        migrations.AddField(
            model_name='settlementchunk',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='payments.settlementfile'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='payments.settlementfile', verbose_name='settlement file'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_lines', to='payments.settlementfile'),
        ),
        migrations.AddField(
            model_name='settlementtotal',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='totals', to='payments.settlementfile'),
        ),
        migrations.AddIndex(
            model_name='candidate',
            index=models.Index(fields=['account', 'ref', 'kind'], name='candidate_by_reference'),
        ),
        migrations.AddConstraint(
            model_name='daybalance',
            constraint=models.UniqueConstraint(fields=('account', 'currency', 'day'), name='day_balance_once'),
        ),
        migrations.AddConstraint(
            model_name='feerule',
            constraint=models.UniqueConstraint(fields=('account', 'currency'), name='fee_rule_once'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['ref'], name='payout_by_ref'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(fields=('account', 'ref', 'currency'), name='payout_once'),
        ),
        migrations.AddIndex(
            model_name='settlementfile',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'reading'))), fields=['created_at'], name='settlement_file_to_read'),
        ),
        migrations.AddIndex(
            model_name='settlementfile',
            index=models.Index(condition=models.Q(('state', 'refused')), fields=['first_day'], name='settlement_file_refused'),
        ),
        migrations.AddConstraint(
            model_name='settlementfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'reading', 'loaded', 'refused', 'replaced'])), name='settlement_file_state_known'),
        ),
        migrations.AddConstraint(
            model_name='settlementfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('kind', 'report')), models.Q(('account__isnull', True), ('kind', 'statement')), _connector='OR'), name='settlement_file_report_of_an_account'),
        ),
        migrations.AddConstraint(
            model_name='settlementfile',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('refused', 'replaced')), _negated=True), fields=('account', 'sha256'), name='settlement_file_once'),
        ),
        migrations.AddConstraint(
            model_name='settlementfile',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'statement'), models.Q(('state__in', ('refused', 'replaced')), _negated=True)), fields=('sha256',), name='settlement_statement_once'),
        ),
        migrations.AddConstraint(
            model_name='settlementchunk',
            constraint=models.UniqueConstraint(fields=('file', 'number'), name='settlement_chunk_once'),
        ),
        migrations.AddIndex(
            model_name='discrepancy',
            index=models.Index(condition=models.Q(('state', 'resolved'), _negated=True), fields=['found_at', 'id'], name='discrepancy_open'),
        ),
        migrations.AddIndex(
            model_name='discrepancy',
            index=models.Index(fields=['account', 'kind', '-found_at'], name='discrepancy_list'),
        ),
        migrations.AddIndex(
            model_name='discrepancy',
            index=models.Index(fields=['-found_at', '-id'], name='discrepancy_newest'),
        ),
        migrations.AddIndex(
            model_name='discrepancy',
            index=models.Index(fields=['reference'], name='discrepancy_by_reference'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.UniqueConstraint(fields=('account', 'subject'), name='discrepancy_once'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.UniqueConstraint(condition=models.Q(('account__isnull', True)), fields=('subject',), name='discrepancy_without_account_once'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['missing_in_provider', 'missing_in_ledger', 'amount', 'currency', 'status', 'fee', 'duplicate_in_provider', 'duplicate_in_ledger', 'timing', 'payout_total', 'bank_total', 'unparseable_line', 'wrong_account_or_mode'])), name='discrepancy_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', False), ('state', 'resolved'), ('resolution__in', ['auto', 'adjusted', 'refunded', 'written_off', 'ignored'])), models.Q(models.Q(('state', 'resolved'), _negated=True), ('resolved_at__isnull', True)), _connector='OR'), name='discrepancy_resolved_somehow'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('proposed_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='discrepancy_approved_by_another'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.CheckConstraint(condition=models.Q(('resolution__in', ('', 'auto')), models.Q(('reason', ''), _negated=True), _connector='OR'), name='discrepancy_says_why'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.CheckConstraint(condition=models.Q(('resolution__in', ('', 'auto', 'ignored')), models.Q(('evidence', ''), _negated=True), _connector='OR'), name='discrepancy_has_evidence'),
        ),
        migrations.AddConstraint(
            model_name='discrepancy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'proposed'), _negated=True), models.Q(('resolution', ''), _negated=True), _connector='OR'), name='discrepancy_proposed_somehow'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.UniqueConstraint(fields=('file', 'line_no'), name='bank_line_once'),
        ),
        migrations.CreateModel(
            name='SettlementLine',
            fields=[
                ('file', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.settlementfile')),
                ('pk', models.CompositePrimaryKey('file_id', 'line_no', blank=True, editable=False, primary_key=True, serialize=False)),
                ('line_no', models.BigIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('provider_ref', models.CharField(max_length=120)),
                ('our_ref', models.CharField(max_length=120)),
                ('method', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('gross', models.BigIntegerField()),
                ('fee', models.DecimalField(decimal_places=6, max_digits=20)),
                ('settled_currency', models.CharField(max_length=3)),
                ('settled_gross', models.BigIntegerField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField()),
                ('payout_ref', models.CharField(max_length=120)),
                ('stray', models.CharField(max_length=120)),
            ],
            options={
                'verbose_name': 'settlement line',
                'verbose_name_plural': 'settlement lines',
            },
        ),
        migrations.AddIndex(
            model_name='settlementline',
            index=models.Index(fields=['our_ref'], name='settlement_line_by_our_ref'),
        ),
        migrations.AddIndex(
            model_name='settlementline',
            index=models.Index(fields=['provider_ref'], name='settlement_line_by_provider'),
        ),
        migrations.AddIndex(
            model_name='settlementtotal',
            index=models.Index(fields=['payout_ref'], name='settlement_total_by_payout'),
        ),
        migrations.AddIndex(
            model_name='settlementtotal',
            index=models.Index(fields=['day'], name='settlement_total_by_day'),
        ),
    ]
