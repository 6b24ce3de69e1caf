"""What a provider says that it can do, it can."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.money import Money
from payments.providers.actions import QrCode, Redirect
from payments.providers.base import SavedMethodSeen, Status
from payments.providers.capabilities import Flow, MethodCapability
from payments.providers.errors import ProviderRejected
from payments.registry import METHOD_HINTS, METHOD_LABELS
from tests.contract.cast import CURRENCIES, Seller, currencies, price
from tests.contract.rig import Act

ACTIONS = {Flow.REDIRECT: Redirect, Flow.SLOW: Redirect, Flow.QR: QrCode, Flow.OFFLINE: Redirect}
HUGE = 10**12
"""In minor units, and more than any order; what no provider takes must be said in `maximum`."""
NOT_A_CURRENCY = "ZZZ"


def approval(seller: Seller, method: MethodCapability) -> Act:
    """How a shopper agrees to pay by this method."""
    possible = seller.rig.acts(method.method)
    return Act.APPROVE if Act.APPROVE in possible else Act.APPROVE_SLOWLY


def test_a_method_has_words_for_the_shopper(seller: Seller, method: MethodCapability) -> None:
    assert METHOD_LABELS[method.method]
    assert METHOD_HINTS[method.method]


def test_a_method_leads_where_its_flow_says(seller: Seller, method: MethodCapability) -> None:
    begun = seller.begins(method=method.method, amount=price(method))

    assert isinstance(begun.created.next_action, ACTIONS[method.flow])
    assert begun.told().next_action == begun.created.next_action


def test_a_method_is_paid_and_given_back(seller: Seller, method: MethodCapability) -> None:
    act = approval(seller, method)
    sold = seller.sells(act, method=method.method, amount=price(method))

    sold.gives_back(100)

    assert sold.booked.captured == sold.booked.refunded == sold.request.amount


def test_a_method_takes_its_currencies(seller: Seller, method: MethodCapability) -> None:
    for currency in currencies(method):
        amount = Money(price(method).amount, currency)

        assert seller.begins(method=method.method, amount=amount).booked.asked == amount


def test_a_method_takes_no_other_currency(seller: Seller, method: MethodCapability) -> None:
    others = [code for code in CURRENCIES if method.currencies and code not in method.currencies]
    amount = Money(price(method).amount, [*others, NOT_A_CURRENCY][0])
    request = seller.asks(method=method.method, amount=amount)

    with pytest.raises(ProviderRejected):
        seller.provider.create(request)

    assert seller.booked(request) == []


def test_a_method_takes_its_least_and_its_most(seller: Seller, method: MethodCapability) -> None:
    currency = price(method).currency
    for limit in (method.least(currency), method.maximum or HUGE):
        amount = Money(limit, currency)

        assert seller.begins(method=method.method, amount=amount).booked.asked == amount


def test_a_method_takes_nothing_beyond_its_limits(seller: Seller, method: MethodCapability) -> None:
    currency = price(method).currency
    for beyond in (method.least(currency) - 1, method.maximum + 1 if method.maximum else 0):
        request = seller.asks(method=method.method, amount=Money(beyond, currency))

        with pytest.raises(ProviderRejected):
            seller.provider.create(request)

        assert seller.booked(request) == []


def kept(seller: Seller, method: MethodCapability) -> SavedMethodSeen:
    """A way to pay that a shopper let the provider keep."""
    act = approval(seller, method)
    first = seller.sells(act, method=method.method, amount=price(method), save_method=True)
    saved = first.told().saved_method
    assert saved
    return saved


def test_what_is_kept_is_charged_again_without_the_shopper(
    seller: Seller, saving: MethodCapability
) -> None:
    saved = kept(seller, saving)

    again = seller.begins(
        method=saving.method, amount=price(saving), saved_method=saved.provider_id
    )

    assert again.created.next_action is None
    again.once(lambda told: told.status == Status.CAPTURED)
    assert again.booked.captured == again.request.amount


def test_nothing_is_kept_of_who_did_not_agree(seller: Seller, saving: MethodCapability) -> None:
    sold = seller.sells(approval(seller, saving), method=saving.method, amount=price(saving))

    assert sold.told().saved_method is None


def test_what_another_account_keeps_is_not_ours_to_charge(
    seller: Seller, saving: MethodCapability
) -> None:
    saved = kept(seller, saving)
    other = Seller(seller.rig, seller.rig.open_account())
    request = other.asks(method=saving.method, amount=price(saving), saved_method=saved.provider_id)

    with pytest.raises(ProviderRejected) as refusal:
        other.provider.create(request)

    assert refusal.value.failure.code == "saved_card_gone"
    assert other.booked(request) == []


def test_a_key_is_good_for_longer_than_we_repeat_at_once(seller: Seller) -> None:
    assert seller.provider.capabilities.idempotency_window >= timedelta(hours=1)
