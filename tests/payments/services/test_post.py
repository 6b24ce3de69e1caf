"""The way into the ledger: balanced, once, in two statements, and never rewritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from payments.errors import AppendOnly, Unbalanced
from payments.models import Entry, Posting
from payments.services.post import Draft, post
from tests.factories import a_payment, a_refund_seen, an_attempt, captured
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db
PROVIDER = "provider:sandbox"


def test_a_new_fact_costs_two_statements_and_no_new_fact_none() -> None:
    attempt = an_attempt()
    both = captured(attempt, refunds=(a_refund_seen(1500),))

    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            apply(attempt, both)
        counts.append(sum("payments_entry" in q["sql"] or "posting" in q["sql"] for q in queries))

    assert counts == [2, 0]


def test_an_entry_that_is_not_balanced_is_refused() -> None:
    attempt = a_payment().attempts.get()
    unequal = Draft(
        Entry(key="x", kind="capture", attempt=attempt),
        {("sales", "GBP"): -1, (PROVIDER, "GBP"): 1, ("overpaid", "EUR"): 1},
    )

    with pytest.raises(Unbalanced):
        post([unequal])

    assert not Entry.objects.filter(key="x").exists()


def test_a_key_is_posted_once() -> None:
    entry = Entry.objects.get(attempt=a_payment().attempts.get())
    again = Draft(
        Entry(key=entry.key, kind="capture", attempt=entry.attempt),
        {("sales", "GBP"): -1, (PROVIDER, "GBP"): 1},
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        post([again])


@pytest.mark.parametrize("row", [Entry, Posting])
@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(pk=1),
        lambda rows: rows.delete(),
        lambda rows: rows.first().save(),
        lambda rows: rows.first().delete(),
    ],
    ids=["update", "delete", "save a row", "delete a row"],
)
def test_the_ledger_is_never_rewritten(
    row: type[Entry | Posting], change: Callable[[Any], object]
) -> None:
    a_payment()

    with pytest.raises(AppendOnly):
        change(row._default_manager.all())
