"""Rows of both books in the database of the running shop, one of each sort that a page shows."""

from __future__ import annotations

import itertools

from config.stack import Stack

_numbers = itertools.count(1)

KEPT = """
from datetime import datetime, UTC
from payments.models import Match, ProviderAccount
from tests.factories import an_account
account = ProviderAccount.objects.filter(code="{code}").first()
account = account or an_account(code="{code}", active=False)
for_ever = datetime(2999, 1, 1, tzinfo=UTC)
Match.objects.update_or_create(account=account, defaults={{"claimed_until": for_ever}})
"""
"""An account that the shop does not offer, whose books its worker leaves as a test made them."""
SEED = """
from datetime import date
from decimal import Decimal
from payments.models import *
moment = datetime(2026, 11, 28, 11, 30, tzinfo=UTC)
file = SettlementFile.objects.create(account=account, kind="report", state="loaded",
    name="settlement-{ref}.csv", source="upload", sha256="{ref}".rjust(64, "0"), size=9000,
    bytes_read=9000, lines_read=412, bad_lines=1, first_day=date(2026, 11, 28),
    last_day=date(2026, 11, 28))
SettlementLine.objects.create(file=file, line_no=27, kind="capture", provider_ref="pay_{ref}",
    our_ref="A{ref}", method="card", currency="GBP", gross={theirs}, fee=Decimal("105.4"),
    settled_currency="", occurred_at=moment, settled_at=moment, payout_ref="po_{ref}", stray="")
payout = Payout.objects.create(account=account, ref="po_{ref}", currency="GBP", amount=95000,
    lines_net=100000, sent_at=moment, arrived=94000, arrived_on=date(2026, 11, 30))
mine = dict(account=account)
shared = dict(mine, about="capture", at=moment, currency="GBP")
Discrepancy.objects.create(subject="capture:A{ref}", kind="amount", reference="A{ref}",
    ours=8400, theirs={theirs}, **shared)
Discrepancy.objects.create(subject="line:{ref}", kind="unparseable_line", file=file, line_no=28,
    detail="the amount is no number: capture,pay_2,A2,card,GBP,12.x,0,,,2026-11-28", **mine)
Discrepancy.objects.create(subject="payout_total:po_{ref}", kind="payout_total", payout=payout,
    reference="po_{ref}", ours=100000, theirs=95000, **(shared | dict(about="payout")))
"""


def differ(stack: Stack, *, theirs: int = 8500) -> str:
    """A capture of £84.00 that is another amount in their books; its reference in both."""
    ref = f"BOOKS{next(_numbers)}"
    stack.manage(
        "shell", "-v0", "-c", KEPT.format(code="quay") + SEED.format(ref=ref, theirs=theirs)
    )
    return f"A{ref}"
