"""Webhooks: signed, delivered to who asked for them, and tried again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import stripe

from tests.fakes.cast import Clock, Shop, client_of
from tests.fakes.stripe.fake import Fake


class Receiver(HTTPServer):
    """A shop's webhook address; refuses the first `refuses` letters."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.refuses = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Hook(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is theirs
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        refused = len(self.server.got) <= self.server.refuses
        self.send_response(500 if refused else 200)
        self.end_headers()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_letter_is_signed_with_the_endpoint_s_secret(shop: Shop) -> None:
    made = shop.listen()
    shop.paid()
    (letter,) = [
        each
        for each in shop.fake.letters(shop.merchant.id)
        if each.kind == "checkout.session.completed"
    ]
    header = letter.headers["Stripe-Signature"]
    assert made.secret
    stripe.WebhookSignature.verify_header(letter.body.decode(), header, made.secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(letter.body.decode(), header, "whsec_other")


def test_an_endpoint_gets_what_it_asked_for(shop: Shop) -> None:
    wanted = ["checkout.session.completed", "charge.refunded"]
    shop.listen(*wanted)
    shop.api.refunds.create({"payment_intent": shop.paid().id})
    assert [each.kind for each in shop.fake.letters(shop.merchant.id)] == wanted


def test_the_secret_is_told_once(shop: Shop) -> None:
    made = shop.listen()
    assert "secret" not in shop.api.webhook_endpoints.retrieve(made.id)


def test_a_deleted_endpoint_gets_nothing(shop: Shop) -> None:
    made = shop.listen()
    shop.api.webhook_endpoints.delete(made.id)
    shop.paid()
    assert shop.fake.letters(shop.merchant.id) == []


def test_a_letter_tells_the_object_as_it_was_then(shop: Shop) -> None:
    shop.listen("charge.succeeded")
    shop.api.refunds.create({"payment_intent": shop.paid().id})
    (letter,) = shop.fake.letters(shop.merchant.id)
    assert json.loads(letter.body)["data"]["object"]["refunded"] is False


def test_a_letter_that_failed_comes_again(receiver: Receiver) -> None:
    receiver.refuses = 1
    with Fake() as fake:
        merchant = fake.open_account(
            webhook_url=receiver.url, enabled_events=["checkout.session.expired"]
        )
        shop = Shop(fake, Clock(), merchant, client_of(fake, merchant.key).v1)
        shop.api.checkout.sessions.expire(shop.session().id)
        fake.wait_for_post()
        (event,) = shop.api.events.list({"delivery_success": True}).data
    ids = [json.loads(body)["id"] for _headers, body in receiver.got]
    assert ids == [event.id, event.id]
    assert event.pending_webhooks == 0


def test_letters_for_nobody_are_found_as_undelivered() -> None:
    with Fake() as fake:
        merchant = fake.open_account(webhook_url="https://shop.example/hook")
        shop = Shop(fake, Clock(), merchant, client_of(fake, merchant.key).v1)
        shop.api.checkout.sessions.expire(shop.session().id)
        fake.wait_for_post()
        missed = shop.api.events.list({"delivery_success": False}).data
    assert [each.type for each in missed] == ["checkout.session.expired"]
