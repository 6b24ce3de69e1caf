"""Which webhooks of Stripe are let in, what becomes of the others, and where staff read of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import InboxEvent, Refusal
from payments.services.inbox import drain_inbox
from payments.services.rotate import rotate_webhook
from payments.states import InboxState
from tests.factories import later
from tests.fakes.stripe.errors import Json
from tests.payments.flows.cast import books
from tests.payments.stripe.cast import HOOK, IN_FLIGHT, PAID, Shop, signed
from tests.shop.cast import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(shop: Shop) -> Json:
    """What Stripe tells of a payment that we do not know of yet."""
    shop.orders()
    shop.pays()
    body, _headers = shop.letters()[-1]
    told: Json = json.loads(body)
    return told


def counted() -> dict[str, int]:
    return dict(Refusal.objects.values_list("reason", "count"))


def account_page(shop: Shop, admin_client: Client) -> str:
    url = reverse("admin:payments_provideraccount_change", args=[shop.account.pk])
    return read(admin_client.get(url)).text


def test_all_that_stripe_writes_is_let_in_and_the_money_is_booked_once(shop: Shop) -> None:
    shop.orders()
    shop.pays()

    for _ in range(2):
        for body, headers in shop.letters():
            assert shop.hears(body, headers) == (200, '{"received": true}')
        drain_inbox()

    assert books() == PAID
    assert counted() == {}


WRONG = {
    "signature": "its signature does not match: 1",
    "stale": "it was signed too long ago, or a clock is wrong: 1",
    "account": "it is about another account: 1",
    "mode": "it is of the other mode: 1",
    "malformed": "it cannot be read: 1",
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_is_not_for_us_books_nothing_and_is_counted_by_its_reason(
    shop: Shop, news: Json, admin_client: Client, *, reason: str
) -> None:
    other = shop.fake.open_account(webhook_url=HOOK)
    told = {
        "account": {**news, "account": other.id},
        "mode": {**news, "livemode": True},
        "malformed": {"id": "evt_1", "type": "charge.refunded"},
    }.get(reason, news)
    secret = other.webhook_secret if reason == "signature" else ""

    status, _said = shop.told(told, secret, ago=3600 * (reason == "stale"))
    drain_inbox()

    assert (status, counted()) == (400, {reason: 1})
    assert books() == IN_FLIGHT
    assert WRONG[reason] in account_page(shop, admin_client)


GARBAGE = {
    "nothing": b"",
    "not text": b"\xff\xfe",
    "not JSON": b"{",
    "not an event": b"[]",
    "nothing in it": b"{}",
    "deeper than can be read": b"[" * 100_000,
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_as_what_nobody_has_signed(shop: Shop, body: bytes) -> None:
    assert shop.hears(body, {"Stripe-Signature": "t=1,v1=00"})[0] == 400
    assert counted() == {"signature": 1}


READABLE = [name for name in GARBAGE if name != "not text"]  # Stripe's signer signs text alone


@pytest.mark.parametrize("name", READABLE)
def test_garbage_that_is_truly_signed_is_counted_as_malformed_and_kept_for_a_person(
    shop: Shop, news: Json, name: str
) -> None:
    body = GARBAGE[name]

    status, _said = shop.hears(body, signed(body.decode(), shop.merchant.webhook_secret))

    assert (status, counted()) == (400, {"malformed": 1})
    kept = InboxEvent.objects.get(kind="unreadable")
    assert (bytes(kept.body), kept.state) == (body, InboxState.DEAD)
    assert shop.told(news)[0] == 200
    drain_inbox()
    assert books() == PAID


def test_the_old_and_the_new_secret_are_good_while_one_replaces_the_other(
    shop: Shop, news: Json
) -> None:
    rotate_webhook(account_id=shop.account.pk, secrets={"webhook_secret": "whsec_new"})
    shop.account.refresh_from_db()

    assert shop.told(news)[0] == 200
    assert shop.told({**news, "id": "evt_2"}, "whsec_new")[0] == 200
    assert shop.told({**news, "id": "evt_3"}, "whsec_other")[0] == 400

    with later(timedelta(days=30)):
        assert shop.told({**news, "id": "evt_4"})[0] == 400
        assert shop.told({**news, "id": "evt_5"}, "whsec_new")[0] == 200


@pytest.mark.parametrize("kept", [{}, {"webhook_secret": ""}], ids=["no name", "nothing in it"])
def test_where_no_secret_is_kept_what_is_signed_with_none_is_refused(
    shop: Shop, news: Json, kept: dict[str, str]
) -> None:
    others = {
        n: key for n, key in shop.account.for_provider().secrets.items() if "webhook" not in n
    }
    shop.account.set_secrets({**others, **kept})
    shop.account.save()
    body = json.dumps(news)

    assert shop.hears(body.encode(), signed(body, ""))[0] == 400

    assert counted() == {"signature": 1}


@pytest.mark.parametrize("kind", ["customer.created", "product.created", "payout.paid", "v9.new"])
def test_what_tells_of_no_payment_is_stored_and_ignored_by_name(
    shop: Shop, news: Json, kind: str
) -> None:
    assert shop.told({**news, "id": "evt_1", "type": kind})[0] == 200

    drain_inbox()

    event = InboxEvent.objects.get(event_id="evt_1")
    assert (event.kind, event.state, event.next_run_at) == (kind, InboxState.IGNORED, None)
    assert event.last_error == "events of this kind tell of no payment"
    assert books() == IN_FLIGHT


def test_no_event_of_a_whole_sale_waits_for_a_payment_that_will_not_come(shop: Shop) -> None:
    shop.sells()
    shop.asks_back(1000)
    shop.fake.refund_in_dashboard(shop.objects("payment_intent")[0]["id"], 500)
    for body, headers in shop.letters():
        shop.hears(body, headers)

    for minutes in range(2):
        with later(timedelta(minutes=minutes)):
            drain_inbox()

    states = set(InboxEvent.objects.values_list("state", flat=True))
    assert states <= {InboxState.DONE, InboxState.IGNORED}
