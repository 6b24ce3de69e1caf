"""What the bench sends is what browsers and the bank send, and it notices other answers."""

from datetime import UTC, datetime

from benchmarks.bench.hooks import Hook
from benchmarks.bench.load import drive, make_ready
from benchmarks.bench.wire import Answer, local, request
from payments.providers.base import Account, RawRequest, Verdict
from payments.providers.sandbox.webhook import parse_webhook

HOOK = Hook(port=8000, path="/payments/hooks/x/", secret="shh", merchant_id="mer_1")
ACCOUNT = Account(
    code="sandbox",
    mode="test",
    merchant_id="mer_1",
    base_url="",
    secrets={"webhook_secret": "shh"},
)


def test_an_event_of_the_bench_passes_the_adapter() -> None:
    body = HOOK.event(our_ref="A1", amount=500)
    raw = RawRequest(body=body, headers={"sandbox-signature": HOOK.signature(body)})

    parsed = parse_webhook(ACCOUNT, raw, datetime.now(UTC))

    assert parsed.verdict == Verdict.VERIFIED
    assert parsed.events[0].our_ref == "A1"


def test_two_events_are_never_the_same() -> None:
    assert HOOK.event() != HOOK.event()


def test_a_post_says_how_long_it_is() -> None:
    sent = request("POST", "/cart/", 8000, body=b"sku=A")

    assert sent.startswith(b"POST /cart/ HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n")
    assert sent.endswith(b"Content-Length: 5\r\n\r\nsku=A")


def test_hidden_fields_and_where_an_answer_leads_are_read() -> None:
    body = b'<input type="hidden" name="seen" value="abc">'
    answer = Answer(303, b"HTTP/1.1 303\r\nLocation: http://127.0.0.1:81/pay/?x", body)

    assert answer.hidden() == [("seen", "abc")]
    assert local(answer.location) == (81, "/pay/")


def test_a_journey_counts_after_it_is_ready_until_it_ends() -> None:
    journeys = [iter([None] * 4), iter([None] * 3)]
    make_ready(journeys)

    assert drive(journeys, seconds=5).done == 5
