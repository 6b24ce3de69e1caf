"""The same facts and commands end in the same books, however the facts came to be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from random import Random
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from payments.models import Operation, Posting, ProviderAccount, Review
from payments.services.submit import submit_due_operations
from payments.states import OperationKind, OperationStatus
from tests.factories import an_account
from tests.payments.machine.adapter import PATH
from tests.payments.machine.laws import Laws
from tests.payments.machine.shop import Shop, a_shop
from tests.payments.machine.stories import Chapter, chapters

pytestmark = pytest.mark.django_db


def as_it_happened(shop: Shop, heard: int) -> None:
    for event in shop.bank.events[heard:]:
        shop.hear(event)
        shop.drain()


def as_chance_has_it(order: Random) -> Callable[[Shop, int], None]:
    """Some of it never, some twice, in any order, and asked about in between."""

    def sight(shop: Shop, heard: int) -> None:
        events = shop.bank.events[heard:]
        seen = order.choices(events, k=order.randint(0, 2 * len(events))) if events else []
        for event in seen:
            shop.hear(event, bare=order.random() < 0.2)
            shop.drain()
            if order.random() < 0.1:
                shop.look(order.randrange(9))

    return sight


def told(
    account: ProviderAccount, story: list[Chapter], see: Callable[[Shop, int], None]
) -> list[dict[str, Any]]:
    """The books after each chapter, once everybody was asked at its end."""
    pages = []
    with a_shop(account) as shop:
        laws = Laws(shop)
        shop.choose("card")
        for chapter in story:
            shop.bank.refunds_as = chapter.refunds_as
            heard = len(shop.bank.events)
            chapter.command.do(shop)
            submit_due_operations()
            for fact in chapter.facts:
                fact.do(shop)
            see(shop, heard)
            _know_all(shop)
            laws.check()
            pages.append(books(shop))
    return pages


def _know_all(shop: Shop) -> None:
    for number in range(len(shop.attempts)):
        shop.look(number)
    submit_due_operations()
    for number in range(len(shop.attempts)):
        shop.look(number)


def books(shop: Shop) -> dict[str, Any]:
    """How it stands, in words that do not depend on drawn references."""
    attempts = shop.attempts
    names = {each.our_ref: f"attempt {number}" for number, each in enumerate(attempts)}
    late = {each.our_ref: each.attempt.our_ref for each in shop.operations if _came_too_late(each)}
    names |= {refund: names[attempt] for refund, attempt in late.items()}
    postings = Posting.objects.values_list("account").annotate(Sum("amount"))
    reviews = Review.objects.filter(payment=shop.payment_id, resolved_at=None)
    return {
        "order": shop.order.state,
        "payment": shop.payment.status,
        "stock": type(shop.product).objects.get(pk=shop.product.pk).stock,
        "ledger": sorted(row for row in postings if row[1]),
        "attempts": [_facts(each) for each in attempts],
        "refunds": _refunds(shop),
        "reviews": sorted(
            {(_question(each, late), names.get(each.subject_ref, "")) for each in reviews}
        ),
    }


def _came_too_late(refund: Operation) -> bool:
    """Owed for surplus before a dispute or another refund of it was seen, and then not sent."""
    return refund.reason == "surplus" and refund.error_code in {"disputed", "amount_too_large"}


def _question(review: Review, late: Collection[str]) -> str:
    """A refund of surplus that came too late asks the same as surplus that could not be owed."""
    return "surplus" if review.subject_ref in late else review.kind


def _facts(attempt: Any) -> dict[str, object]:
    same = ("status", "authorized", "captured", "released", "surplus", "disputed", "reserved")
    net = {"refunded": attempt.refunded - attempt.refund_reversed, "left": attempt.superseded_at}
    return {name: getattr(attempt, name) for name in (*same, "refund_pending")} | net


def _refunds(shop: Shop) -> dict[tuple[str, str], int]:
    """Amounts by reason and status; whoever slept through a success knows only that it failed."""
    sums: Counter[tuple[str, str]] = Counter()
    for each in shop.operations:
        if each.kind == OperationKind.REFUND and not _came_too_late(each):
            came_back = each.status == OperationStatus.REVERSED
            status = OperationStatus.FAILED if came_back else each.status
            sums[each.reason, status] += each.amount
    return dict(sums)


@given(story=st.lists(chapters, min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def _same_books(account: ProviderAccount, story: list[Chapter], order: Random) -> None:
    first = told(account, story, as_it_happened)
    second = told(account, story, as_chance_has_it(order))

    assert first == second


def test_every_order_of_sights_ends_in_the_same_books(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {"model": PATH}}
    _same_books(an_account(provider="model", code="model"))
