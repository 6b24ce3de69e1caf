"""Customers, and the payment methods that are kept for them."""

from __future__ import annotations

import pytest
import stripe

from tests.fakes.cast import Shop

VISA = "pm_card_visa"


def a_customer(shop: Shop) -> str:
    return shop.api.customers.create({"email": "jenny@example.com", "name": "Jenny"}).id


def test_a_customer_is_changed_field_by_field(shop: Shop) -> None:
    told = shop.api.customers.update(a_customer(shop), {"name": "Jen", "metadata": {"vip": "1"}})
    assert (told.name, told.email) == ("Jen", "jenny@example.com")
    (event,) = shop.api.events.list({"type": "customer.updated"}).data
    assert event.data.previous_attributes
    assert event.data.previous_attributes["name"] == "Jenny"


def test_a_deleted_customer_is_told_as_deleted(shop: Shop) -> None:
    customer = a_customer(shop)
    shop.api.customers.delete(customer)
    assert shop.api.customers.retrieve(customer).to_dict() == {
        "id": customer,
        "object": "customer",
        "deleted": True,
    }
    assert shop.api.customers.list().data == []


def test_a_card_is_attached_and_detached(shop: Shop) -> None:
    customer = a_customer(shop)
    kept = shop.api.payment_methods.attach(VISA, {"customer": customer})
    assert [each.id for each in shop.api.customers.payment_methods.list(customer).data] == [kept.id]
    shop.api.payment_methods.detach(kept.id)
    assert shop.api.payment_methods.list({"customer": customer}).data == []
    assert shop.kinds()[-2:] == ["payment_method.attached", "payment_method.detached"]


def test_a_detached_card_is_of_no_use_any_more(shop: Shop) -> None:
    customer = a_customer(shop)
    kept = shop.api.payment_methods.attach(VISA, {"customer": customer}).id
    shop.api.payment_methods.detach(kept)
    with pytest.raises(stripe.InvalidRequestError):
        shop.api.payment_methods.attach(kept, {"customer": customer})
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        shop.api.payment_intents.create(
            {"amount": 500, "currency": "gbp", "customer": customer, "payment_method": kept}
        )


def test_a_card_that_is_declined_is_not_attached(shop: Shop) -> None:
    with pytest.raises(stripe.CardError):
        shop.api.payment_methods.attach(
            "pm_card_visa_chargeDeclined", {"customer": a_customer(shop)}
        )


def test_a_card_may_attach_and_never_pay(shop: Shop) -> None:
    customer = a_customer(shop)
    kept = shop.api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    with pytest.raises(stripe.CardError) as caught:
        shop.api.payment_intents.create(
            {
                "amount": 500,
                "currency": "gbp",
                "customer": customer,
                "payment_method": kept.id,
                "off_session": True,
                "confirm": True,
            }
        )
    assert caught.value.code == "card_declined"


def test_another_s_card_is_refused(shop: Shop) -> None:
    kept = shop.api.payment_methods.attach(VISA, {"customer": a_customer(shop)})
    with pytest.raises(stripe.InvalidRequestError, match="belongs to a Customer"):
        shop.api.payment_intents.create(
            {"amount": 500, "currency": "gbp", "payment_method": kept.id}
        )


def test_a_customer_s_card_is_told_by_its_owner_s_address(shop: Shop) -> None:
    customer = a_customer(shop)
    kept = shop.api.payment_methods.attach(VISA, {"customer": customer}).id
    assert shop.api.customers.payment_methods.retrieve(customer, kept).id == kept
    with pytest.raises(stripe.InvalidRequestError):
        shop.api.customers.payment_methods.retrieve(a_customer(shop), kept)
