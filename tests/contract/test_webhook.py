"""A webhook is believed only if it is theirs, now, and about our account; then it says what is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.clock import now
from payments.models.inbox import InboxEvent
from payments.providers.base import (
    ParsedWebhook,
    RawRequest,
    Refused,
    Status,
    Verdict,
)
from payments.providers.errors import NotAuthorized
from tests.contract.cast import Sale, Seller
from tests.contract.faults import CUT_BEFORE

LONGEST = InboxEvent._meta.get_field("event_id").max_length
KEPT = ("content-type", "user-agent")
"""The headers of a webhook that are stored with it."""


def webhooks(sale: Sale) -> list[RawRequest]:
    return sale.seller.rig.webhooks(sale.seller.account, sale.request.our_ref)


def parsed(seller: Seller, raw: RawRequest, after: timedelta = timedelta()) -> ParsedWebhook:
    return seller.provider.parse_webhook(raw, now() + after)


def is_refused(answer: ParsedWebhook) -> bool:
    return answer.verdict == Verdict.REJECTED and not answer.events and bool(answer.reason)


def is_refused_as(why: Refused, answer: ParsedWebhook) -> bool:
    return is_refused(answer) and answer.refused == why


@pytest.fixture
def sold(seller: Seller) -> Sale:
    return seller.sells()


@pytest.fixture
def raw(sold: Sale) -> RawRequest:
    """The webhook that tells of the money."""
    return webhooks(sold)[-1]


def test_their_own_webhook_is_believed_and_acknowledged(seller: Seller, raw: RawRequest) -> None:
    answer = parsed(seller, raw)

    assert (answer.verdict, bool(answer.events)) == (Verdict.VERIFIED, True)
    assert answer.ack_status in range(200, 300)


def test_a_webhook_is_read_without_asking_anybody(seller: Seller, raw: RawRequest) -> None:
    with seller.rig.wire.trouble(CUT_BEFORE) as sent:
        parsed(seller, raw)

    assert not sent


def test_each_event_leads_to_its_payment(sold: Sale) -> None:
    known = set(sold.created.objects)

    for event in sold.events():
        assert event.our_ref == sold.request.our_ref or known & set(event.objects)


def test_each_event_has_a_name_of_its_own_that_fits_its_column(sold: Sale) -> None:
    sold.gives_back(40)

    told = sold.events()

    names = [event.event_id for event in told]
    assert len(set(names)) == len(names)
    assert LONGEST
    assert all(0 < len(text) <= LONGEST for event in told for text in (event.event_id, event.kind))


def test_a_webhook_that_is_read_again_says_the_same(seller: Seller, raw: RawRequest) -> None:
    assert parsed(seller, raw) == parsed(seller, raw)


def test_an_event_is_read_again_from_what_is_stored_of_it(seller: Seller, raw: RawRequest) -> None:
    stored = RawRequest(raw.body, {name: raw.headers[name] for name in KEPT if name in raw.headers})

    for event in parsed(seller, raw).events:
        assert seller.provider.read_event(stored, event.event_id) == event


def test_the_last_webhook_tells_what_a_question_is_told(sold: Sale) -> None:
    sold.gives_back(40)

    outcomes = [event.outcome for event in sold.events() if event.outcome]

    told = sold.told()
    for outcome in outcomes[-1:]:  # events without an outcome only say "ask me"
        assert (outcome.status, outcome.captured) == (Status.CAPTURED, told.captured)
        assert (outcome.refunds, outcome.refunded) == (told.refunds, told.refunded)


def test_a_changed_body_is_refused(seller: Seller, raw: RawRequest) -> None:
    for changed in (raw.body + b" ", raw.body.replace(b"1", b"2", 1), b""):
        assert is_refused(parsed(seller, replace(raw, body=changed)))


def test_a_body_without_its_signature_is_refused(seller: Seller, raw: RawRequest) -> None:
    for name in seller.rig.signed_by:
        left = {other: value for other, value in raw.headers.items() if other != name}
        assert is_refused(parsed(seller, replace(raw, headers=left))), name


def test_a_garbled_signature_is_refused(seller: Seller, raw: RawRequest) -> None:
    for name in seller.rig.signed_by:
        for garbled in ("", "x", "t=1,v1=\u00e9", raw.headers[name][:-1]):
            headers = {**raw.headers, name: garbled}
            answer = parsed(seller, replace(raw, headers=headers))
            assert is_refused_as(Refused.SIGNATURE, answer), name


@pytest.mark.parametrize("after", [timedelta(hours=1), timedelta(hours=-1)], ids=["old", "early"])
def test_a_signature_of_another_hour_is_refused(
    seller: Seller, raw: RawRequest, after: timedelta
) -> None:
    assert is_refused_as(Refused.STALE, parsed(seller, raw, after))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"\xff", b"[" * 100_000],
    ids=["empty", "list", "null", "bytes", "deep"],
)
def test_a_body_of_nonsense_is_refused_without_an_error(
    seller: Seller, raw: RawRequest, body: bytes
) -> None:
    assert is_refused(parsed(seller, replace(raw, body=body)))


def test_the_webhook_of_another_account_is_refused(seller: Seller, raw: RawRequest) -> None:
    other = Seller(seller.rig, seller.rig.open_account())

    assert is_refused_as(Refused.SIGNATURE, parsed(other, raw))


def test_what_is_signed_for_us_but_names_another_account_is_refused(
    seller: Seller, raw: RawRequest
) -> None:
    other = seller.rig.open_account()

    answer = parsed(seller, seller.rig.of_other_account(seller.account, raw, other.merchant_id))
    assert is_refused_as(Refused.ACCOUNT, answer)


def test_what_is_signed_for_us_but_of_the_other_mode_is_refused(
    seller: Seller, raw: RawRequest
) -> None:
    answer = parsed(seller, seller.rig.in_other_mode(seller.account, raw))
    assert is_refused_as(Refused.MODE, answer)


def test_an_account_of_the_other_mode_believes_nothing(seller: Seller, raw: RawRequest) -> None:
    other = seller.with_account(mode="live")

    try:
        answer = parsed(other, raw)
    except NotAuthorized:
        return  # a provider without such accounts
    assert is_refused(answer)
