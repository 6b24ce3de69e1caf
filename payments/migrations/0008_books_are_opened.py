"""What had moved before there was a ledger stands in it as one opening entry per attempt."""

from django.db import migrations
from django.db.models import Q

from orders.clock import now

BATCH = 1000


def open_books(apps, schema_editor):
    """Safe to repeat: an attempt that stands in the ledger is passed over."""
    rows = apps.get_model('payments', 'Attempt').objects.filter(entries__isnull=True)
    with_money = Q(captured__gt=0) | Q(refunded__gt=0) | Q(disputed__gt=0)
    attempts = rows.filter(with_money).select_related('payment', 'account').order_by('pk')
    last = 0
    while batch := list(attempts.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        write(apps, [(attempt, lines) for attempt in batch if (lines := balances(attempt))])


def balances(attempt):
    """payments.books.balances as it was when the ledger began, without what is zero."""
    code, returned = attempt.account.code, attempt.refunded - attempt.refund_reversed
    holds = {
        f'provider:{code}': attempt.captured - returned - attempt.disputed,
        f'disputes:{code}': attempt.disputed,
        'overpaid': -max(0, attempt.surplus - returned),
        'sales': max(0, returned - attempt.surplus) - (attempt.captured - attempt.surplus),
    }
    return {account: amount for account, amount in holds.items() if amount}


def write(apps, opened):
    Entry, Posting = apps.get_model('payments', 'Entry'), apps.get_model('payments', 'Posting')
    at = now()
    entries = Entry.objects.bulk_create(
        Entry(key=f'opening:{attempt.our_ref}', kind='opening', attempt=attempt, at=at)
        for attempt, _ in opened
    )
    Posting.objects.bulk_create(
        Posting(entry=entry, account=account, currency=attempt.payment.currency, amount=amount)
        for entry, (attempt, lines) in zip(entries, opened)
        for account, amount in lines.items()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0007_ledger'),
    ]

    operations = [
        migrations.RunPython(open_books, migrations.RunPython.noop),
    ]
