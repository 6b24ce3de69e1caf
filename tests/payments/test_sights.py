"""What a review saw, as people read it: amounts, moments and codes in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from orders.formats import format_moment
from orders.money import Money
from payments.providers.base import Failure
from payments.providers.cause import because
from payments.sights import WHY, Fact, stored, told
from payments.states import AttemptStatus, OperationKind

MOMENT = datetime(2026, 11, 25, 16, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fact", "read"),
    [
        (Money(2600, "GBP"), "£26.00"),
        (Failure("insufficient_funds"), "declined: insufficient funds"),
        (Failure("declined", "do_not_honor"), "declined by the card's bank, without a reason"),
        (Failure("fraudulent"), "the shopper says that they did not pay this"),
        (Failure("their_word"), "their_word"),
        (AttemptStatus.REQUIRES_ACTION, "waiting for the shopper"),
        (OperationKind.VOID, "void"),
        (MOMENT, format_moment(MOMENT)),
        (because("%(why)s: %(text)s", why=Failure("declined"), text="x"), "declined by the card's"),
        ("re_1", "re_1"),
        (48, "48"),
    ],
)
def test_each_fact_is_read_as_people_say_it(fact: Fact, read: str) -> None:
    assert told("%(fact)s", stored({"fact": fact})).startswith(read)


def test_what_was_seen_is_told_in_the_language_of_who_reads_it() -> None:
    facts = stored({"amount": Money(2600, "GBP"), "why": Failure("insufficient_funds")})

    with translation.override("zh-hans"):
        read = told(WHY, facts)

    assert read.startswith("£26.00")
    assert "余额不足" in read


def test_words_without_facts_stand_as_they_are() -> None:
    assert told("100% sure: GBP 26.00", {}) == "100% sure: GBP 26.00"
