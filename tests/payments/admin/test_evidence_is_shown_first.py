"""Evidence is sent for good, so it is shown and asked about first: two presses, not one."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import Dispute, DisputeEvidence
from payments.providers.base import DisputeStatus
from tests.factories import a_payment
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.disputing import a_dispute, press_twice, told_of_dispute

pytestmark = pytest.mark.django_db
TYPED = {"request_key": "k", "goods": "1 x Teapot\n1 x Cup", "statement": "Signed for <here>."}


@pytest.fixture
def clerk() -> Client:
    return staff("payments.answer_dispute", SEE_ORDERS)


def url(dispute: Dispute) -> str:
    return reverse("admin:payments_dispute_answer", args=[dispute.pk, "send"])


def press(clerk: Client, dispute: Dispute, **typed: str) -> Any:
    return clerk.post(url(dispute), TYPED | typed)


def shown(answer: Any) -> dict[str, str]:
    return {"shown": answer.context["form"]["shown"].value()}


def test_one_press_sends_nothing(clerk: Client) -> None:
    answer = press(clerk, a_dispute())

    assert answer.status_code == 200
    assert not DisputeEvidence.objects.exists()


def test_the_second_press_sends_it(clerk: Client) -> None:
    dispute = a_dispute()

    answer = press(clerk, dispute, **shown(press(clerk, dispute)))

    assert answer.status_code == 302
    assert DisputeEvidence.objects.get().statement == "Signed for <here>."


def test_it_shows_what_will_be_sent_and_that_it_stays_so(clerk: Client) -> None:
    page = press(clerk, a_dispute()).content.decode()

    for words in (
        *("<p>1 x Teapot<br>1 x Cup</p>", "<p>Signed for &lt;here&gt;.</p>"),
        "not be changed afterwards",
    ):
        assert words in page


def test_it_says_what_is_missing(clerk: Client) -> None:
    form = press(clerk, a_dispute(), statement="").context["form"]

    assert [str(label) for label, _help in form.missing] == [
        *("Customer", "Dispatch", "Refunds", "Terms", "What we say to it")
    ]


def test_where_nothing_is_missing_it_says_nothing(clerk: Client) -> None:
    every = dict.fromkeys(("customer", "dispatch", "refunds", "terms"), "known")

    page = unescape(press(clerk, a_dispute(), **every).content.decode())

    assert "Nothing is said about:" not in page


def test_what_is_changed_after_it_was_shown_is_shown_again(clerk: Client) -> None:
    dispute = a_dispute()

    answer = press(clerk, dispute, **shown(press(clerk, dispute)), statement="Another")

    assert answer.status_code == 200
    assert "<p>Another</p>" in answer.content.decode()
    assert not DisputeEvidence.objects.exists()


def test_what_became_a_dispute_after_it_was_shown_is_shown_again(clerk: Client) -> None:
    payment = a_payment()
    dispute = told_of_dispute(payment, DisputeStatus.INQUIRY)
    seen = shown(press(clerk, dispute))
    told_of_dispute(payment, DisputeStatus.OPEN)

    answer = press(clerk, dispute, **seen)

    assert answer.status_code == 200
    assert not DisputeEvidence.objects.exists()


def test_line_ends_of_browsers_are_no_change(clerk: Client) -> None:
    dispute = a_dispute()
    seen = shown(press(clerk, dispute))

    answer = press(clerk, dispute, goods="1 x Teapot\r\n1 x Cup", **seen)

    assert answer.status_code == 302


def test_a_third_press_sends_nothing_more(clerk: Client) -> None:
    dispute = a_dispute()
    seen = shown(press(clerk, dispute))

    answers = [press(clerk, dispute, **seen).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert DisputeEvidence.objects.count() == 1


def test_what_was_answered_already_is_refused_before_it_is_shown(clerk: Client) -> None:
    dispute = a_dispute()
    press_twice(clerk, url(dispute), TYPED)

    answer = press(clerk, dispute, request_key="other")

    assert answer.status_code == 400
    assert "Evidence was sent already" in answer.content.decode()
