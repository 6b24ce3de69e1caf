"""A note that something was sent is of what the page showed: a question of a bank, or its claim."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import Dispute, DisputeEvidence, Payment
from payments.providers.base import DisputeStatus
from tests.factories import a_payment
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.disputing import a_dispute, told_of_dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Client:
    return staff("payments.answer_dispute", SEE_ORDERS)


@pytest.fixture
def payment() -> Payment:
    return a_payment()


def page(clerk: Client, dispute: Dispute) -> Any:
    return clerk.get(url(dispute))


def note(clerk: Client, dispute: Dispute, seen: Any) -> Any:
    """Press on a page that was opened before, with a text of one's own."""
    form = seen.context["form"]
    typed = {name: form[name].value() for name in ("request_key", "of_inquiry")}
    return clerk.post(url(dispute), typed | {"statement": "It came."})


def url(dispute: Dispute) -> str:
    return reverse("admin:payments_dispute_answer", args=[dispute.pk, "note"])


def test_an_answer_to_a_question_is_not_noted_of_the_claim_it_became(
    clerk: Client, payment: Payment
) -> None:
    seen = page(clerk, told_of_dispute(payment, DisputeStatus.INQUIRY))
    dispute = told_of_dispute(payment)

    refused = note(clerk, dispute, seen)

    assert refused.status_code == 400
    shown = refused.content.decode()
    assert "It has become a dispute meanwhile: read it again." in shown
    assert "It came." in shown
    assert not DisputeEvidence.objects.exists()


def test_of_a_claim_that_was_read_it_is_noted_by_the_next_press(
    clerk: Client, payment: Payment
) -> None:
    seen = page(clerk, told_of_dispute(payment, DisputeStatus.INQUIRY))
    dispute = told_of_dispute(payment)
    again = note(clerk, dispute, seen)

    assert note(clerk, dispute, again).status_code == 302

    assert not DisputeEvidence.objects.get().of_inquiry


def test_an_answer_to_a_question_is_noted_as_such(clerk: Client, payment: Payment) -> None:
    dispute = told_of_dispute(payment, DisputeStatus.INQUIRY)

    assert note(clerk, dispute, page(clerk, dispute)).status_code == 302

    assert DisputeEvidence.objects.get().of_inquiry


def test_the_page_carries_what_it_was_shown_for(clerk: Client) -> None:
    shown = page(clerk, a_dispute()).content.decode()

    assert 'name="of_inquiry" value="False"' in shown
