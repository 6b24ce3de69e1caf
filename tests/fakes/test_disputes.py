"""Disputes: the money goes, and comes back where the shop wins."""

from __future__ import annotations

import pytest
import stripe

from tests.fakes.cast import Shop

FRAUD = "4000000000000259"
NOT_RECEIVED = "4000000000002685"
INQUIRY = "4000000000001976"


def disputed(shop: Shop, number: str = FRAUD) -> stripe.Dispute:
    shop.paid(number)
    shop.clock.forward(seconds=5)
    (dispute,) = shop.api.disputes.list().data
    return dispute


@pytest.mark.parametrize(
    ("number", "reason"), [(FRAUD, "fraudulent"), (NOT_RECEIVED, "product_not_received")]
)
def test_some_cards_are_disputed(shop: Shop, number: str, reason: str) -> None:
    dispute = disputed(shop, number)
    assert (dispute.reason, dispute.status, dispute.amount) == (reason, "needs_response", 1500)


def test_a_dispute_takes_the_money_and_a_fee(shop: Shop) -> None:
    disputed(shop)
    assert shop.money()[-1] == ("adjustment", -1500 - 2000, 2000)
    assert shop.kinds()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


@pytest.mark.parametrize(
    ("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
def test_evidence_decides(shop: Shop, text: str, status: str) -> None:
    dispute = disputed(shop)
    told = shop.api.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})
    assert told.status == status
    assert told.evidence_details.submission_count == 1
    assert sum(net for kind, net, _fee in shop.money() if kind == "adjustment") == (
        -2000 if status == "won" else -3500
    )


def test_evidence_is_kept_until_it_is_sent(shop: Shop) -> None:
    dispute = disputed(shop)
    kept = shop.api.disputes.update(
        dispute.id, {"evidence": {"customer_name": "Jenny"}, "submit": False}
    )
    assert (kept.status, kept.evidence_details.has_evidence) == ("needs_response", True)
    sent = shop.api.disputes.update(dispute.id, {"submit": True})
    assert sent.status == "under_review"


def test_nobody_s_answer_loses(shop: Shop) -> None:
    dispute = disputed(shop)
    shop.clock.forward(days=7)
    told = shop.api.disputes.retrieve(dispute.id)
    assert (told.status, told.evidence_details.past_due) == ("lost", True)


def test_a_closed_dispute_takes_no_evidence(shop: Shop) -> None:
    dispute = disputed(shop)
    assert shop.api.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="closed"):
        shop.api.disputes.update(dispute.id, {"evidence": {"customer_name": "Jenny"}})


def test_an_inquiry_takes_no_money(shop: Shop) -> None:
    dispute = disputed(shop, INQUIRY)
    assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
    assert [kind for kind, _net, _fee in shop.money()] == ["charge"]
    shop.api.refunds.create({"charge": str(dispute.charge)})


def test_an_inquiry_that_becomes_a_claim_takes_its_money_then(shop: Shop) -> None:
    inquiry = disputed(shop, INQUIRY)
    shop.fake.escalate(inquiry.id)

    dispute = shop.api.disputes.retrieve(inquiry.id)
    assert (dispute.status, dispute.is_charge_refundable) == ("needs_response", False)
    assert [kind for kind, _net, _fee in shop.money()] == ["charge", "adjustment"]
    shop.api.disputes.update(inquiry.id, {"evidence": {"uncategorized_text": "It came."}})


def test_what_was_charged_back_is_not_refunded(shop: Shop) -> None:
    dispute = disputed(shop)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.refunds.create({"charge": str(dispute.charge)})
    assert caught.value.code == "charge_disputed"


def test_a_shopper_may_go_to_their_bank_late(shop: Shop) -> None:
    intent = shop.paid()
    shop.clock.forward(days=30)
    opened = shop.fake.dispute(intent.id, amount=500)
    assert opened["amount"] == 500
    shop.fake.decide(opened["id"], won=True)
    assert shop.api.disputes.retrieve(opened["id"]).status == "won"
    assert shop.kinds()[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]


def test_a_hold_is_disputed_once_it_is_captured(shop: Shop) -> None:
    intent = shop.paid(FRAUD, payment_intent_data={"capture_method": "manual"})
    shop.clock.forward(seconds=5)
    assert shop.api.disputes.list().data == []
    shop.api.payment_intents.capture(intent.id, {"amount_to_capture": 700})
    shop.clock.forward(seconds=5)
    assert [each.amount for each in shop.api.disputes.list().data] == [700]
