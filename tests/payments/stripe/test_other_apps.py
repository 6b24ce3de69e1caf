"""Another app sells by the same account at Stripe: what it sells troubles nobody here."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from payments.models import InboxEvent
from payments.providers.stripe.webhook import HEARD
from payments.services.alert import alert_of_dead_events
from payments.services.ask import ask
from payments.services.inbox import drain_inbox
from payments.services.parked import NO_PAYMENT, NOT_OURS
from payments.states import InboxState
from tests.factories import later
from tests.fakes.cast import client_of, wanted
from tests.payments.stripe.cast import Shop

pytestmark = pytest.mark.django_db
SALE = ("checkout.session.", "payment_intent.")
WHEN_OVER = timedelta(hours=73)


def another_app_sells(shop: Shop) -> None:
    """A session that is closed unpaid, and a card that is charged, refunded and disputed."""
    api = client_of(shop.fake, shop.merchant.key).v1
    api.checkout.sessions.expire(api.checkout.sessions.create(wanted()).id)
    card = {"payment_method": "pm_card_visa", "confirm": True, "return_url": "https://app.example"}
    intent = api.payment_intents.create({"amount": 1500, "currency": "gbp", **card}).id  # type: ignore[typeddict-item]  # mypy cannot see into **card
    api.refunds.create({"payment_intent": intent, "amount": 100})
    shop.fake.dispute(intent)


def hears(shop: Shop, *kinds: str) -> None:
    """What Stripe has written so far that begins so, of all that we listen to."""
    for body, headers in shop.letters():
        kind = json.loads(body)["type"]
        if kind in HEARD and kind.startswith(kinds):
            shop.hears(body, headers)
    drain_inbox()


def ends() -> set[tuple[str, str]]:
    return set(InboxEvent.objects.values_list("state", "last_error"))


def test_a_sale_without_our_reference_is_left_aside_at_once(shop: Shop) -> None:
    another_app_sells(shop)

    hears(shop, *SALE)

    assert ends() == {(InboxState.IGNORED, NOT_OURS)}


def test_what_came_of_it_is_left_aside_when_its_time_is_over_and_alarms_nobody(shop: Shop) -> None:
    another_app_sells(shop)
    hears(shop, "charge.", "refund.")
    assert ends() == {(InboxState.PARKED, NO_PAYMENT)}

    with later(WHEN_OVER):
        drain_inbox()

    assert ends() == {(InboxState.IGNORED, NO_PAYMENT)}
    assert alert_of_dead_events() == 0


def test_a_dispute_of_ours_waits_until_its_payment_is_known_by_that_name(shop: Shop) -> None:
    shop.orders()
    shop.pays()
    shop.fake.dispute(shop.objects("payment_intent")[0]["id"])
    hears(shop, "charge.dispute.")
    assert ends() == {(InboxState.PARKED, NO_PAYMENT)}
    ask(shop.attempt.pk, source="test")

    with later(timedelta(minutes=1)):
        drain_inbox()

    assert InboxState.DONE in set(InboxEvent.objects.values_list("state", flat=True))


def test_a_sale_by_a_reference_like_ours_that_nobody_knows_is_given_up(shop: Shop) -> None:
    """Our own rows may be those of a backup."""
    shop.orders()
    shop.pays()
    body = shop.letters()[-1][0].replace(shop.attempt.our_ref.encode(), b"A" + b"0" * 20)
    told = json.loads(body)
    about = told["data"]["object"]
    shop.told({**told, "data": {"object": {**about, "id": "cs_other", "payment_intent": None}}})
    drain_inbox()

    with later(WHEN_OVER):
        drain_inbox()

    assert ends() == {(InboxState.DEAD, NO_PAYMENT)}
