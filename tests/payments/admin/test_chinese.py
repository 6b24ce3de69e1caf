"""Staff whose browser asks for Chinese read the admin of orders and payments in Chinese."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from orders.emails import queue_mail
from payments.models import Attempt, Dispute, Entry, InboxEvent, Payment, ProviderAccount
from payments.models.records import Review, ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, RefundStatus
from payments.providers.evidence import EvidenceTexts
from payments.services.apply import apply_outcome
from payments.services.evidence import note_evidence
from tests.factories import (
    a_payment,
    a_refund_seen,
    an_account,
    an_attempt,
    an_order,
    captured,
)
from tests.payments.admin.cast import a_webhook, money_url, order_url, refund_url
from tests.payments.admin.chinese import a_chief, english
from tests.payments.disputing import a_dispute, a_draft
from tests.payments.sending import dead

pytestmark = pytest.mark.django_db
OURS = (
    "orders/order",
    "orders/returnrequest",
    "orders/cancellationrequest",
    "payments/review",
    "payments/dispute",
    "payments/inboxevent",
    "payments/provideraccount",
    "payments/entry",
    "payments/discrepancy",
    "payments/settlementfile",
    "payments/payout",
    "payments/daybalance",
)


@pytest.fixture
def chief() -> Client:
    return a_chief()


@pytest.fixture
def paid() -> Payment:
    attempt: Attempt = an_attempt(an_order())
    a_webhook(attempt)
    InboxEvent.objects.update(headers={})
    payment = Payment.objects.get(pk=attempt.payment_id)
    Review.objects.create(payment=payment, kind=ReviewKind.DISPUTE, subject_ref="D1")
    queue_mail(order=payment.order, kind="refund", subject_ref="R1")
    return payment


@pytest.mark.parametrize("model", OURS)
def test_a_list(chief: Client, paid: Payment, model: str) -> None:
    assert not english(chief, f"/admin/{model}/")


@pytest.mark.parametrize("row", [Review, InboxEvent, ProviderAccount, Entry])
def test_a_row(chief: Client, paid: Payment, row: type[Model]) -> None:
    model = f"{row._meta.app_label}_{row._meta.model_name}"
    assert not english(
        chief, reverse(f"admin:{model}_change", args=[row._default_manager.get().pk])
    )


def test_the_story_of_an_order(chief: Client, paid: Payment) -> None:
    assert not english(chief, order_url(paid.order))


def test_the_money_of_an_order(chief: Client, paid: Payment) -> None:
    refunds = (a_refund_seen(500), a_refund_seen(400))
    bounced = replace(refunds[1], status=RefundStatus.FAILED)
    attempt = paid.attempts.get()
    dispute = DisputeSeen("dp_1", paid.money(300), DisputeStatus.OPEN)
    won = replace(dispute, status=DisputeStatus.WON)
    for sight in (
        captured(attempt, 7000, refunds=refunds, disputes=(dispute,)),
        captured(attempt, 7000, refunds=(bounced,), disputes=(won,)),
    ):
        apply_outcome(attempt_id=attempt.pk, outcome=sight, source="test")

    assert not english(chief, money_url(paid.order))


def test_the_refund_page(chief: Client) -> None:
    assert not english(chief, refund_url(a_payment().order))


def test_the_pages_of_a_rotation(chief: Client) -> None:
    page = reverse("admin:payments_provideraccount_rotate", args=[an_account().pk])
    assert not english(chief, page)

    chief.post(page)

    assert not english(chief, page)


def test_the_pages_of_a_replay(chief: Client) -> None:
    event = dead(an_attempt(), kind="", event_id="")
    page = reverse("admin:payments_inboxevent_replay")
    assert not english(chief, f"{page}?ids={event.pk}")

    done = chief.post(page, {"ids": event.pk}).content.decode()

    assert "1 个事件中完成了 1 个。" in done
    assert not english(chief, page)


def test_the_list_of_orders_where_an_event_was_given_up(chief: Client) -> None:
    dead(an_attempt())

    assert not english(chief, "/admin/orders/order/")


@pytest.mark.parametrize("way", ["send", "note"])
def test_the_pages_to_answer_a_dispute(chief: Client, paid: Payment, way: str) -> None:
    dispute = a_dispute(paid)

    paid.order.language = "zh-hans"
    paid.order.save()

    assert not english(chief, reverse("admin:payments_dispute_answer", args=[dispute.pk, way]))


def test_the_page_that_shows_what_will_be_sent(chief: Client, paid: Payment) -> None:
    url = reverse("admin:payments_dispute_answer", args=[a_dispute(paid).pk, "send"])

    page = chief.post(url, {"request_key": "k", "goods": "1"}).content.decode()

    assert "发送前查看" not in page
    for words in ("只能发送一次", "将发送的内容", "缺少的内容"):
        assert words in page


def test_a_dispute_that_was_answered(chief: Client, paid: Payment) -> None:
    dispute = a_dispute(paid)
    note_evidence(a_draft(dispute, texts=EvidenceTexts(goods="1")))

    for path in (order_url(paid.order), dispute_url(dispute)):
        assert not english(chief, path)


def dispute_url(dispute: Dispute) -> str:
    return reverse("admin:payments_dispute_change", args=[dispute.pk])
