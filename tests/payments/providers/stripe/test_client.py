"""The way to Stripe: one connection kept, an end in time, nothing sent twice, nothing told on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
import stripe

from config.ports import HOST
from orders.clock import now
from payments.providers.base import Account, OurRef
from payments.providers.errors import NotAuthorized, NotFound, OtherMode, ProviderDown
from payments.providers.stripe import StripeProvider
from payments.providers.stripe.http import stripe_client
from tests.contract import faults
from tests.contract.faults import Answer, Fault, saying
from tests.contract.proxy import Wire
from tests.fakes.stripe.fake import Fake
from tests.payments.providers.stripe.cast import Counter, an_account, payment_of
from tests.payments.providers.talkers import answers, trickle

SECONDS: Final = 0.6
MANY: Final = 8
LOST: Final = [
    faults.TIMEOUT_AFTER,
    faults.CUT_BEFORE,
    faults.CUT_AFTER,
    faults.TRUNCATED,
    faults.SERVER_ERROR,
    faults.BAD_GATEWAY,
    faults.TOO_MANY,
    saying("409", Answer(409, body=b'{"error": {"type": "idempotency_error"}}')),
]
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"


@pytest.fixture
def wire(fake: Fake) -> Iterator[Wire]:
    wire = Wire(fake.url)
    yield wire
    wire.close()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objects that the SDK makes of answers, by their class."""
    built: list[str] = []
    build = stripe.StripeObject.__init__

    def note(told: stripe.StripeObject, *args: Any, **given: Any) -> None:
        built.append(type(told).__name__)
        build(told, *args, **given)

    monkeypatch.setattr(stripe.StripeObject, "__init__", note)
    return built


def at(url: str, account: Account, *, seconds: float = SECONDS) -> StripeProvider:
    """The adapter of that account, where Stripe is at that address."""
    return StripeProvider(replace(account, base_url=url), timeout=seconds)


def asks(counter: Counter, provider: StripeProvider) -> ProviderDown:
    """How a call ends that gets no answer of Stripe's."""
    with pytest.raises(ProviderDown) as down:
        provider.create(counter.asks())
    return down.value


def test_many_calls_use_one_connection(fake: Fake, account: Account) -> None:
    before = fake.connections
    counter = Counter(fake, account, StripeProvider(account, timeout=5.5))

    for _ in range(MANY):
        counter.provider.query(payment_of(counter.begins()))

    assert fake.connections - before == 1


def test_who_is_looked_for_costs_no_object_of_the_sdk(counter: Counter, built: list[str]) -> None:
    for _ in range(MANY):
        counter.begins()
    built.clear()

    with pytest.raises(NotFound):
        counter.provider.query(OurRef("A" + 20 * "Z", now()))

    assert built == []


def test_events_cost_no_object_of_the_sdk(counter: Counter, built: list[str]) -> None:
    counter.sells()
    built.clear()

    page = counter.provider.list_events("", now())

    assert page.events
    assert built == []


def test_accounts_share_the_connection_and_not_their_keys(fake: Fake) -> None:
    both = [an_account(fake), an_account(fake)]
    before = fake.connections

    for account in both:
        Counter(fake, account, StripeProvider(account, timeout=5.25)).begins()

    assert fake.connections - before == 1
    begun = [len(fake.shelf(each.merchant_id).of("checkout.session")) for each in both]
    assert begun == [1, 1]


def test_the_library_tries_nothing_again_by_itself(account: Account) -> None:
    sdk = stripe_client(account.secrets["secret_key"], account.base_url, 8.0)

    assert sdk._requestor._options.max_network_retries == 0


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
def test_what_got_no_answer_is_not_sent_again_within_the_call(
    counter: Counter, wire: Wire, fault: Fault
) -> None:
    with wire.trouble(fault) as sent:
        asks(counter, at(wire.url, counter.account))

    assert [(each.method, each.path) for each in sent] == [("POST", "/v1/checkout/sessions")]


def test_a_redirect_is_not_followed_and_takes_no_key_elsewhere(
    counter: Counter, wire: Wire
) -> None:
    elsewhere = Wire(wire.target)
    answer = f"HTTP/1.1 307 Go\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode()

    with wire.trouble(Fault("redirect", back=lambda _: answer)):
        down = asks(counter, at(wire.url, counter.account))

    elsewhere.close()
    assert (down.sent, elsewhere.sent) == (True, [])


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as server:
        yield server


def test_an_answer_that_drips_is_given_up_in_time(
    counter: Counter, listener: socket.socket
) -> None:
    provider = at(answers(listener, trickle(4000 * b" ", HEAD)), counter.account)
    began = time.monotonic()

    down = asks(counter, provider)

    assert down.sent
    assert SECONDS * 0.9 < time.monotonic() - began < 20


def test_who_cannot_prove_to_be_stripe_is_sent_nothing(
    counter: Counter, listener: socket.socket
) -> None:
    heard: list[bytes] = []

    def not_by_tls(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        heard.append(connection.recv(65536))

    down = asks(
        counter,
        at(answers(listener, not_by_tls).replace("http", "https"), counter.account, seconds=8.0),
    )

    assert not down.sent
    assert counter.account.secrets["secret_key"].encode() not in b"".join(heard)


def test_a_name_that_nobody_knows_was_sent_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_asked: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert not asks(counter, at("http://api.stripe.invalid", counter.account)).sent


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
def test_a_key_of_the_other_mode_is_not_even_sent(counter: Counter, wire: Wire, key: str) -> None:
    account = replace(counter.account, secrets={**counter.account.secrets, "secret_key": key})

    with wire.trouble(faults.FINE) as sent:
        down = asks(counter, at(wire.url, account))

    assert (type(down), str(down)) == (
        OtherMode,
        "session: the secret key is of the other mode",
    )
    assert not sent


SAID: Final = [
    (b'{"error": {"code": "api_key_expired", "type": "x"}}', "answered 401 api_key_expired"),
    (b'{"error": {"type": "invalid_request_error"}}', "answered 401 invalid_request_error"),
    (b'{"error": {"code": "Key sk_test_51 is wrong"}}', "answered 401"),
    (b'{"error": "no"}', "answered 401"),
    (b"<h1>Sorry</h1>", "answered 401"),
]


@pytest.mark.parametrize(("body", "said"), SAID, ids=["code", "type", "text", "word", "page"])
def test_a_refusal_of_the_key_is_named_by_stripes_word_and_never_by_its_text(
    counter: Counter, wire: Wire, *, body: bytes, said: str
) -> None:
    with wire.trouble(saying("401", Answer(401, body=body))):
        down = asks(counter, at(wire.url, counter.account))

    assert (type(down), str(down)) == (NotAuthorized, said)
