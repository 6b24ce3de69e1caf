"""What a shopper claims back through the bank is seen, whoever asks or is told of it."""

from __future__ import annotations

import pytest

from payments.models import Dispute, DisputeEvidence
from payments.providers.base import DisputeSeen, DisputeStatus, Outcome
from payments.providers.errors import ProviderRejected
from payments.providers.evidence import EvidenceRequest, EvidenceTexts
from payments.providers.protocol import TakesEvidence
from payments.services.ask import ask
from payments.services.evidence import EvidenceDraft, request_evidence
from payments.services.send_evidence import submit_due_evidence
from payments.states import EvidenceState
from tests.contract.cast import Sale, Seller, a_ref
from tests.contract.rig import Act
from tests.contract.shop import Shop, an_account_row

ENDS = [
    (Act.DISPUTE, DisputeStatus.OPEN),
    (Act.DISPUTE_IN_VAIN, DisputeStatus.WON),
    (Act.DISPUTE_AND_GET, DisputeStatus.LOST),
]


def dispute_of(sale: Sale, status: DisputeStatus) -> DisputeSeen:
    """The one dispute of a sale, once it stands so."""

    def stands(told: Outcome) -> bool:
        return [each.status for each in told.disputes] == [status]

    (only,) = sale.once(stands).disputes
    return only


@pytest.mark.parametrize(("act", "status"), ENDS)
def test_a_dispute_is_told_when_asked(seller: Seller, act: Act, status: DisputeStatus) -> None:
    sold = seller.sells(act)

    dispute = dispute_of(sold, status)

    assert dispute.amount == sold.request.amount
    assert dispute.provider_id


@pytest.mark.parametrize(("act", "status"), ENDS)
def test_a_dispute_is_told_by_webhook(seller: Seller, act: Act, status: DisputeStatus) -> None:
    sold = seller.sells(act)
    dispute = dispute_of(sold, status)

    told = [each for outcome in sold.outcomes() for each in outcome.disputes]

    assert {each.provider_id for each in told} == {dispute.provider_id}
    assert told[-1].status == status


def test_a_dispute_keeps_its_name_until_it_is_decided(seller: Seller) -> None:
    sold = seller.sells(Act.DISPUTE_IN_VAIN)

    opened = sold.once(lambda told: told.disputes).disputes[0]
    decided = dispute_of(sold, DisputeStatus.WON)

    assert opened.provider_id == decided.provider_id


@pytest.mark.parametrize(("act", "status"), [ENDS[0], ENDS[2]], ids=["open", "lost"])
def test_what_is_disputed_is_not_given_back(
    seller: Seller, act: Act, status: DisputeStatus
) -> None:
    sold = seller.sells(act)
    dispute_of(sold, status)

    with pytest.raises(ProviderRejected):
        seller.provider.refund(sold.asks_back(100))

    assert sold.booked.refunds == 0


def test_what_is_won_can_be_given_back(seller: Seller) -> None:
    sold = seller.sells(Act.DISPUTE_IN_VAIN)
    dispute_of(sold, DisputeStatus.WON)

    sold.gives_back(100)

    assert sold.booked.refunded == sold.request.amount


def answers(sale: Sale, dispute: DisputeSeen, key: str) -> list[DisputeSeen]:
    """What is said to evidence; skips the test where a provider takes it at its own site only."""
    provider = sale.seller.provider
    if not isinstance(provider, TakesEvidence):
        pytest.skip(f"{sale.seller.rig.provider} takes no evidence by its API")
    texts = EvidenceTexts(goods="1 x Teapot\n1 x Cup", statement="Sie kam am 3. März an: 是的")
    asked = EvidenceRequest(dispute.provider_id, key, texts)
    return list(provider.submit_evidence(asked).disputes)


def test_the_same_evidence_twice_is_sent_once(seller: Seller) -> None:
    sold = seller.sells(Act.DISPUTE)
    dispute, key = dispute_of(sold, DisputeStatus.OPEN), f"{a_ref('E')}:evidence"

    told = [answers(sold, dispute, key) for _ in range(2)]

    assert told == [[dispute], [dispute]]


def test_other_evidence_is_refused_once_there_is_some(seller: Seller) -> None:
    sold = seller.sells(Act.DISPUTE)
    dispute = dispute_of(sold, DisputeStatus.OPEN)
    answers(sold, dispute, f"{a_ref('E')}:evidence")

    with pytest.raises(ProviderRejected):
        answers(sold, dispute, f"{a_ref('E')}:evidence")


@pytest.mark.parametrize(("act", "status"), ENDS[1:], ids=["won", "lost"])
def test_what_is_decided_takes_no_evidence(seller: Seller, act: Act, status: DisputeStatus) -> None:
    sold = seller.sells(act)
    dispute = dispute_of(sold, status)

    with pytest.raises(ProviderRejected):
        answers(sold, dispute, f"{a_ref('E')}:evidence")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("act", "status"), ENDS)
def test_asking_and_hearing_book_one_dispute(
    seller: Seller, act: Act, status: DisputeStatus
) -> None:
    shop = Shop(seller, an_account_row(seller))
    attempt = shop.begins(act=act)
    shop.is_paid(attempt, act)
    shop.once(attempt, lambda told: [each.status for each in told.disputes] == [status])

    ask(attempt.pk, source="test")
    shop.hears(attempt)
    ask(attempt.pk, source="test")

    assert Dispute.objects.get().status == status
    attempt.refresh_from_db()
    assert attempt.disputed == (0 if status == DisputeStatus.WON else attempt.captured)


@pytest.mark.django_db(transaction=True)
def test_what_staff_send_is_taken_and_other_evidence_is_refused(seller: Seller) -> None:
    shop = Shop(seller, an_account_row(seller))
    if not isinstance(seller.provider, TakesEvidence):
        pytest.skip(f"{seller.rig.provider} takes no evidence by its API")
    attempt = shop.begins(act=Act.DISPUTE)
    shop.is_paid(attempt, Act.DISPUTE)
    shop.once(attempt, lambda told: told.disputes)
    ask(attempt.pk, source="test")
    texts = EvidenceTexts(statement="It was delivered.")
    request_evidence(EvidenceDraft(Dispute.objects.get().pk, "k1", texts, None))
    submit_due_evidence()
    sent = DisputeEvidence.objects.get()
    DisputeEvidence.objects.update(state=EvidenceState.UNANSWERED)

    request_evidence(EvidenceDraft(sent.dispute_id, "k2", texts, None))
    submit_due_evidence()

    other = DisputeEvidence.objects.get(request_key="k2")
    assert (sent.state, other.state) == (EvidenceState.SENT, EvidenceState.REFUSED)
