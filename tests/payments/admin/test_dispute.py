"""Staff find disputes by when evidence is due, and answer each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from orders.money import Money
from orders.services.dispatch import DispatchDraft, record_dispatch
from orders.services.place import LineDraft
from payments.models import Dispute, DisputeEvidence, Review
from payments.models.evidence import LONGEST_TEXT
from payments.providers.base import DisputeStatus
from payments.providers.sandbox.provider import SandboxProvider
from payments.services.apply import apply_outcome
from payments.services.evidence import request_evidence
from payments.services.known import known_texts
from payments.states import EvidenceState
from tests.factories import a_payment, an_attempt, an_order, captured, later
from tests.payments.admin.cast import SEE_ORDERS, money_url, order_url, staff
from tests.payments.disputing import A_WEEK, a_dispute, a_draft, press_twice, told_of_dispute

pytestmark = pytest.mark.django_db
SEE, ANSWER = "payments.view_dispute", "payments.answer_dispute"
LIST = reverse("admin:payments_dispute_changelist")


class Mute:
    """A provider that takes evidence only at its own site."""

    capabilities = SandboxProvider.capabilities


@pytest.fixture
def mute(settings: Settings) -> None:
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Mute"}}


def page_of(dispute: Dispute) -> str:
    return reverse("admin:payments_dispute_change", args=[dispute.pk])


def answer_url(dispute: Dispute, way: str = "send") -> str:
    return reverse("admin:payments_dispute_answer", args=[dispute.pk, way])


def press(client: Client, dispute: Dispute, way: str = "send", **typed: str) -> Any:
    body = {"request_key": "k", "goods": "1 x Teapot", "statement": "It came."} | typed
    return press_twice(client, answer_url(dispute, way), body)


def listed(client: Client, query: str = "") -> list[str]:
    """The provider's ids of the disputes in the list, in its order."""
    answer: Any = client.get(f"{LIST}?{query}")
    return [dispute.provider_id for dispute in answer.context["cl"].result_list]


def test_open_ones_stand_first_by_when_evidence_is_due() -> None:
    late, soon = a_dispute(left=timedelta(days=5)), a_dispute(left=timedelta(days=2))
    payment = a_payment()
    won = told_of_dispute(payment, DisputeStatus.WON)

    assert listed(staff(SEE)) == [soon.provider_id, late.provider_id, won.provider_id]


def test_a_line_says_what_is_left_of_how_much_and_how_it_stands() -> None:
    dispute = a_dispute(left=timedelta(days=2, minutes=1))

    page = staff(SEE).get(LIST).content.decode().replace("\xa0", " ")

    for shown in ("2 days", "£60.00", dispute.attempt.payment.order.number, ">open</span>"):
        assert shown in page


@pytest.mark.parametrize("status", ["open", "won", "lost"])
def test_a_filter_shows_those_that_stand_so(status: str) -> None:
    told = {each: told_of_dispute(a_payment(), each).provider_id for each in DisputeStatus}

    assert listed(staff(SEE), f"status__exact={status}") == [told[DisputeStatus(status)]]


def test_one_is_found_by_its_order_and_by_the_providers_id() -> None:
    dispute, _other = a_dispute(), a_dispute()
    clerk = staff(SEE)

    for term in (dispute.attempt.payment.order.number.lower(), dispute.provider_id):
        assert listed(clerk, f"q={term}") == [dispute.provider_id]
    assert listed(clerk, "q=nothing") == []


def test_the_list_costs_the_same_however_many_there_are(
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(5):
        request_evidence(a_draft(a_dispute(), request_key=str(number)))
    clerk = staff(SEE)

    with django_assert_max_num_queries(8):
        clerk.get(LIST)


def test_only_who_may_see_disputes_sees_them() -> None:
    dispute = a_dispute()
    clerk = staff(SEE_ORDERS)

    assert [clerk.get(url).status_code for url in (LIST, page_of(dispute))] == [403, 403]
    assert (
        page_of(dispute) not in clerk.get(order_url(dispute.attempt.payment.order)).content.decode()
    )


def test_the_order_and_the_review_lead_to_it() -> None:
    dispute = a_dispute()
    clerk = staff(SEE, SEE_ORDERS, "payments.view_review")
    review = reverse("admin:payments_review_change", args=[Review.objects.get().pk])

    pages = [clerk.get(url) for url in (order_url(dispute.attempt.payment.order), review)]

    assert all(page_of(dispute) in page.content.decode() for page in pages)


def test_the_form_is_filled_with_what_we_know() -> None:
    payment = a_payment()
    order = payment.order
    line = order.lines.get()
    record_dispatch(DispatchDraft(order.pk, {line.pk: 1}, "Royal Mail", "RM1", "p", "clerk"))
    dispute = a_dispute(payment)

    page = staff(ANSWER, SEE_ORDERS).get(answer_url(dispute)).content.decode()

    for shown in (
        *(order.number, "1 x Teapot: £60.00", "alice@example.com", "Alice Archer", "LS1 4AB"),
        *("Royal Mail RM1, sent on",),
    ):
        assert shown in page


def test_of_a_long_order_as_much_is_filled_in_as_a_bank_reads() -> None:
    lines = [LineDraft(f"SKU-{n}", "Teapot " * 10, 1, Money(100, "GBP")) for n in range(60)]
    attempt = an_attempt(an_order(lines=lines))
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")
    dispute = a_dispute(attempt.payment)

    goods = known_texts(Dispute.objects.get(pk=dispute.pk)).goods

    assert len(goods) <= LONGEST_TEXT
    assert goods.endswith("£1.00\n…")


def test_evidence_is_sent_once_with_one_audit_row() -> None:
    dispute = a_dispute()
    clerk = staff(ANSWER, SEE_ORDERS)

    assert [press(clerk, dispute).status_code for _ in range(2)] == [302, 400]

    evidence = DisputeEvidence.objects.get()
    assert (evidence.state, evidence.goods) == (EvidenceState.SENDING, "1 x Teapot")
    assert str(evidence.sent_by) == "clerk"
    entry = LogEntry.objects.get()
    assert (str(entry.user), entry.object_id) == ("clerk", str(dispute.attempt.payment.order_id))
    assert dispute.provider_id in entry.change_message


@pytest.mark.parametrize("way", ["send", "note"])
def test_after_the_time_it_is_refused_and_what_was_typed_is_kept(way: str) -> None:
    dispute = a_dispute()
    clerk = staff(ANSWER, SEE_ORDERS)

    with later(A_WEEK):
        refused = press(clerk, dispute, way, statement="Signed for at the door")

    page = refused.content.decode()
    assert refused.status_code == 400
    assert "The time for evidence was over on" in page
    assert "Signed for at the door" in page
    assert not DisputeEvidence.objects.exists()
    assert not LogEntry.objects.exists()


def test_an_empty_form_is_refused() -> None:
    refused = press(staff(ANSWER, SEE_ORDERS), a_dispute(), goods="", statement="")

    assert refused.status_code == 400
    assert "There is no evidence in it" in refused.content.decode()


def test_a_text_that_is_too_long_is_refused_and_kept() -> None:
    refused = press(staff(ANSWER, SEE_ORDERS), a_dispute(), goods="x" * 2501)

    assert refused.status_code == 400
    assert "x" * 2501 in refused.content.decode()
    assert not DisputeEvidence.objects.exists()


def test_lines_are_ended_alike_whatever_the_browser_sends() -> None:
    press(staff(ANSWER, SEE_ORDERS), a_dispute(), goods="one\r\ntwo")

    assert DisputeEvidence.objects.get().goods == "one\ntwo"


@pytest.mark.parametrize("way", ["send", "note"])
def test_only_who_may_answer_does(way: str) -> None:
    dispute = a_dispute()

    assert press(staff(SEE, SEE_ORDERS), dispute, way).status_code == 403
    assert press(staff(ANSWER, name="no orders"), dispute, way).status_code == 403
    assert not DisputeEvidence.objects.exists()


def test_there_is_no_third_way() -> None:
    assert staff(ANSWER, SEE_ORDERS).get(answer_url(a_dispute(), "shout")).status_code == 404


@pytest.mark.usefixtures("mute")
def test_where_a_provider_takes_none_only_a_note_is_offered() -> None:
    dispute = a_dispute()
    clerk = staff(SEE, ANSWER, SEE_ORDERS)

    page = clerk.get(page_of(dispute)).content.decode()

    assert answer_url(dispute, "note") in page
    assert answer_url(dispute) not in page
    assert press(clerk, dispute).status_code == 404


@pytest.mark.usefixtures("mute")
def test_what_was_sent_elsewhere_is_noted_with_who_and_when() -> None:
    dispute = a_dispute()
    clerk = staff(SEE, ANSWER, SEE_ORDERS)

    assert press(clerk, dispute, "note").status_code == 302

    evidence = DisputeEvidence.objects.get()
    assert (evidence.by_hand, evidence.state) == (True, EvidenceState.SENT)
    page = clerk.get(page_of(dispute)).content.decode()
    assert "sent at the provider's own site" in page
    assert "It came." in page
    assert answer_url(dispute, "note") not in page


def test_the_story_of_the_order_tells_of_evidence() -> None:
    dispute = a_dispute()
    request_evidence(a_draft(dispute))

    page = staff(SEE_ORDERS).get(order_url(dispute.attempt.payment.order)).content.decode()

    assert DisputeEvidence.objects.get().our_ref in page


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (DisputeStatus.OPEN, "not decided yet"),
        (DisputeStatus.WON, "The dispute was won: the bank returned £60.00"),
        (DisputeStatus.LOST, "lost: the money stays with the shopper"),
    ],
)
def test_the_money_page_says_how_a_dispute_ended(status: DisputeStatus, said: str) -> None:
    payment = a_payment()
    a_dispute(payment)
    told_of_dispute(payment, status)

    page = staff(SEE_ORDERS, "payments.view_entry").get(money_url(payment.order)).content.decode()

    assert "The shopper disputed it: the bank took £60.00" in page
    assert said in page


def test_line_ends_as_browsers_send_them_are_no_characters_more() -> None:
    dispute, clerk = a_dispute(), staff(SEE_ORDERS, ANSWER)
    text = "line\n" * (LONGEST_TEXT // 5 - 1) + "line."

    answer = press(clerk, dispute, goods=text.replace("\n", "\r\n"))

    assert answer.status_code == 302
    assert DisputeEvidence.objects.get().goods == text
