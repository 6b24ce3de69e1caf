"""Link: a type of its own, which tells nothing of a card; what is kept is a card all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from payments.providers.base import CardSeen, Outcome, Status
from tests.payments.providers.stripe.cast import Counter, payment_of


def paid_by_link(counter: Counter, **given: Any) -> Outcome:
    begun = counter.begins(**given)
    counter.fake.pay(payment_of(begun).value, pay_with="link")
    return counter.provider.query(payment_of(begun))


def charge_of(counter: Counter, told: Outcome) -> dict[str, Any]:
    name = next(seen.id for seen in told.objects if seen.kind == "charge")
    return dict(counter.fake.told(name))


def test_what_is_paid_by_link_says_so_and_shows_no_digits(counter: Counter) -> None:
    told = paid_by_link(counter)

    assert (told.status, told.captured) == (Status.CAPTURED, 6000)
    assert told.card == CardSeen("link", "")
    assert told.evidence == {"brand": "link", "last4": ""}


def test_what_link_holds_ends_as_a_card_does_though_nobody_says_when(counter: Counter) -> None:
    told = paid_by_link(counter, hold=True)

    charge = charge_of(counter, told)
    assert "capture_before" not in charge["payment_method_details"]["link"]
    made = datetime.fromtimestamp(charge["created"], UTC)
    assert told.capture_before == made + timedelta(days=7)


def test_what_link_held_ends_no_more_once_it_is_captured(counter: Counter) -> None:
    held = paid_by_link(counter, hold=True)

    counter.captures(held, 6000, final=True)

    assert counter.provider.query(payment_of(held)).capture_before is None


def test_what_link_pays_where_it_is_kept_is_a_card(counter: Counter) -> None:
    told = paid_by_link(counter, save_method=True)

    assert charge_of(counter, told)["payment_method_details"]["card"]["wallet"]["type"] == "link"
    assert told.card == CardSeen("visa", "4242")


def test_what_was_kept_by_link_is_charged_again(counter: Counter) -> None:
    kept = paid_by_link(counter, save_method=True).saved_method
    assert kept

    again = counter.begins(saved_method=kept.provider_id)

    assert (again.status, again.captured) == (Status.CAPTURED, 6000)
