"""Pages for staff speak in words, in the language of who reads them or of the order."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from orders.models import ReturnReason
from orders.models.goods import DAMAGED
from orders.services.returns import approve_return
from payments.models import Payment
from payments.models.records import ProviderCall, ReviewAct
from payments.providers.base import RefundStatus
from payments.states import Approval
from payments.timeline import Kind, timeline
from tests.factories import a_payment, a_refund_seen, an_account, captured
from tests.orders.goods import a_return
from tests.payments.admin.cast import REFUND, SEE_ORDERS, money_url, order_url, refund_url, staff
from tests.payments.disputing import a_dispute
from tests.payments.refunding import a_reason, a_refund
from tests.payments.reviewing import short_of_60
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> Client:
    """May do all, and reads Chinese."""
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(get_user_model().objects.create_superuser("chief"))
    return client


def refunded(payment: Payment) -> None:
    refund = a_refund(payment, 1000, reason_id=a_reason("damaged").pk)
    ours = refund.operations.get().our_ref
    seen = a_refund_seen(1000, our_ref=ours, status=RefundStatus.SUCCEEDED)
    attempt = payment.attempts.get()
    apply(attempt, captured(attempt, refunds=(seen,)))


def test_a_reason_of_ours_is_translated_where_money_is_explained(chief: Client) -> None:
    payment = a_payment()
    refunded(payment)

    page = chief.get(money_url(payment.order)).content.decode()

    assert "Damaged or faulty" not in page


@pytest.mark.parametrize(
    ("model", "words"),
    [("payments/refundreason", "Goods came back"), ("orders/returnreason", "It does not fit")],
)
def test_reasons_of_ours_are_listed_translated(chief: Client, model: str, words: str) -> None:
    a_reason("returned")
    ReturnReason.objects.get_or_create(label="It does not fit")

    page = chief.get(f"/admin/{model}/").content.decode()

    assert words not in page


def test_secrets_have_names_in_every_language(chief: Client) -> None:
    account = an_account()

    page = chief.get(reverse("admin:payments_provideraccount_change", args=[account.pk]))

    assert "API 密钥" in page.content.decode()
    assert "Api key" not in page.content.decode()


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (
            {"brand": "Visa", "last4": "4242", "risk": "low"},
            "12 ms · Visa ending in 4242 · risk: low",
        ),
        ({"brand": "amex", "last4": "0005"}, "12 ms · American Express ending in 0005"),
        ({"brand": "link", "last4": ""}, "12 ms · Link"),
    ],
)
def test_a_card_is_named_in_words(kept: dict[str, str], said: str) -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    ProviderCall.objects.create(
        account=attempt.account,
        attempt=attempt,
        verb="create",
        key="k",
        result="ok",
        milliseconds=12,
        evidence=kept,
    )

    (call,) = (item for item in timeline(payment.order, payment) if item.kind == Kind.CALL)

    assert call.detail == said


def test_evidence_is_filled_in_in_the_language_of_the_order(chief: Client) -> None:
    dispute = a_dispute()

    page = chief.get(reverse("admin:payments_dispute_answer", args=[dispute.pk, "send"]))

    assert "placed on" in page.context["form"].initial["goods"]


def test_a_dispute_that_nobody_answered_says_so() -> None:
    dispute = a_dispute()

    page = staff("payments.view_dispute").get(
        reverse("admin:payments_dispute_change", args=[dispute.pk])
    )

    assert "nothing sent yet" in page.content.decode()
    assert "None" not in page.content.decode()


@pytest.mark.parametrize(("reason", "shelf"), [(DAMAGED, 0), ("It does not fit", 2)])
def test_what_came_damaged_is_not_filled_in_for_the_shelf(reason: str, shelf: int) -> None:
    chosen = ReturnReason.objects.get_or_create(label=reason)[0]
    asked = a_return(pieces={"TEAPOT": 2}, reason_id=chosen.pk)
    approve_return(return_id=asked.pk, answer="By post.", actor="clerk")
    clerk = staff(SEE_ORDERS, "orders.view_returnrequest", "orders.receive_returnrequest")

    page = clerk.get(reverse("admin:orders_returnrequest_act", args=[asked.pk, "receive"]))

    (line,) = asked.lines.all()
    fields = page.context["form"].fields
    assert fields[f"received_{line.pk}"].initial == 2
    assert fields[f"restocked_{line.pk}"].initial == shelf


def test_the_button_that_ended_a_review_is_told_from_what_it_did() -> None:
    attempt, review = short_of_60(came=3900)
    clerk = staff(SEE_ORDERS, "payments.view_review", "payments.ask_rest_payment")
    page = reverse("admin:payments_review_act", args=[review.pk, ReviewAct.ASK_REST])

    clerk.post(page, {"request_key": "k", "note": ""})

    said = clerk.get(order_url(attempt.payment.order)).content.decode()
    assert "ended by “Ask for the rest” · asked for £21.00" in said


def test_where_a_dispute_holds_the_money_the_page_to_refund_names_it() -> None:
    payment = a_payment()
    a_dispute(payment)

    page = staff(SEE_ORDERS, REFUND).get(refund_url(payment.order)).content.decode()

    assert "Nothing can be refunded: a bank has taken £60.00 of this order in a dispute" in page


def test_the_number_of_a_refund_leads_to_its_page() -> None:
    payment = a_payment()
    refund = a_refund(payment, 1000)
    refund.approval, refund.decided_at = Approval.APPROVED, refund.requested_at
    refund.save()
    clerk = staff(SEE_ORDERS, "payments.view_refund", "payments.view_entry")

    page = clerk.get(order_url(payment.order)).content.decode()

    url = reverse("admin:payments_refund_change", args=[refund.pk])
    assert f'<a href="{url}"><code>{refund.number}</code></a>' in page
    assert f"q={refund.number}" not in page
