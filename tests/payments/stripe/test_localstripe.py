"""Webhooks signed by a program that is not ours: localstripe, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
import stripe
from pytest_django.live_server_helper import LiveServer

from config.ports import HOST, free_port, wait_until_answers
from payments.models import InboxEvent, Refusal
from payments.services.inbox import drain_inbox
from payments.states import InboxState
from tests.config.waiting import until
from tests.payments.flows.cast import books
from tests.payments.stripe.cast import IN_FLIGHT, Shop

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAM: Final = """
import sys
from aiohttp import web
from localstripe.resources import store
from localstripe.server import app
store.dump_to_disk = lambda: None  # else into a file that all of a machine share
web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), print=None, shutdown_timeout=1)
"""


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running localstripe."""
    port, log = free_port(), Path(tmp_path_factory.mktemp("localstripe")) / "log"
    url = f"http://{HOST}:{port}"
    with log.open("wb") as said:
        command = [sys.executable, "-c", PROGRAM, HOST, str(port)]
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        answers = wait_until_answers(url, seconds=90, alive=lambda: process.poll() is None)
        assert answers, log.read_text("utf-8")
        yield url
    finally:
        process.kill()
        process.wait()


def tells(stranger: str, door: str, secret: str) -> None:
    """Have it tell that door of everything, signed with that secret."""
    registered = httpx.post(
        f"{stranger}/_config/webhooks/shop", json={"url": door, "secret": secret}, trust_env=False
    )
    assert registered.status_code == httpx.codes.OK, registered.text


def sells(stranger: str, our_ref: str) -> str:
    """A payment there under a reference of ours; its name."""
    sdk = stripe.StripeClient("sk_test_12345", base_addresses={"api": stranger})
    card = "pm_card_visa"
    paid = sdk.v1.payment_intents.create(
        {
            "amount": 6000,
            "currency": "gbp",
            "payment_method": card,
            "confirm": True,
            "metadata": {"our_ref": our_ref},
        }
    )
    return paid.id


@pytest.fixture
def door(shop: Shop, live_server: LiveServer) -> str:
    shop.orders()
    return f"{live_server.url}/payments/hooks/{shop.account.hook_token}/"


def test_a_strangers_true_signature_is_believed_and_its_event_only_rings(
    shop: Shop, stranger: str, door: str
) -> None:
    tells(stranger, door, shop.merchant.webhook_secret)

    paid = sells(stranger, shop.attempt.our_ref)

    assert until(InboxEvent.objects.filter(kind="payment_intent.succeeded").exists)
    drain_inbox()
    event = InboxEvent.objects.get(kind="payment_intent.succeeded")
    assert paid.encode() in bytes(event.body)
    assert (event.state, event.attempt_id) == (InboxState.DONE, shop.attempt.pk)
    assert books() == IN_FLIGHT  # Stripe itself was asked, where nobody has paid


def test_a_strangers_signature_with_another_secret_is_refused(
    shop: Shop, stranger: str, door: str
) -> None:
    tells(stranger, door, "whsec_of_another_endpoint")

    sells(stranger, shop.attempt.our_ref)

    assert until(Refusal.objects.filter(reason="signature").exists)
    assert not InboxEvent.objects.exists()
