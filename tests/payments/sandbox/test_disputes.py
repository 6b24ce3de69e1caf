"""The bank takes a merchant's side of a dispute: once, in time, and before it is decided."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.sandbox.errors import Refused
from payments.sandbox.models import Dispute, DisputeStatus
from payments.sandbox.services.dispute import open_dispute, take_evidence
from tests.payments.sandbox.cast import Shop
from tests.payments.sandbox.test_clockwork import paid

TEXTS = {"goods": "1 x Teapot"}


def a_dispute(**changes: object) -> Dispute:
    open_dispute(payment=paid("tok_dispute_opened"))
    Dispute.objects.update(**changes)
    return Dispute.objects.get()


@pytest.mark.django_db
def test_evidence_is_kept_with_its_moment() -> None:
    dispute = a_dispute()

    take_evidence(dispute=dispute, texts=TEXTS)

    assert dispute.evidence == TEXTS
    assert dispute.evidence_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"evidence_due_at": timezone.now() - timedelta(seconds=1)}, "evidence_late"),
        ({"status": DisputeStatus.WON}, "dispute_decided"),
        ({"status": DisputeStatus.LOST}, "dispute_decided"),
        ({"evidence_at": timezone.now()}, "evidence_taken"),
    ],
)
def test_what_comes_too_late_is_refused(changes: dict[str, object], code: str) -> None:
    dispute = a_dispute(**changes)

    with pytest.raises(Refused) as refused:
        take_evidence(dispute=dispute, texts=TEXTS)

    assert refused.value.problem.code == code
    assert Dispute.objects.get().evidence == {}


@pytest.fixture
def disputed(quick: Shop) -> tuple[Shop, str]:
    """A shop, and the address for evidence in a dispute of one of its shoppers."""
    payment = quick.when(quick.finished("tok_dispute_opened"), lambda seen: bool(seen["disputes"]))
    return quick, f"/v1/disputes/{payment['disputes'][0]['id']}/evidence"


def test_the_same_key_is_one_answer(disputed: tuple[Shop, str]) -> None:
    shop, address = disputed

    first, second = (shop.send("POST", address, TEXTS, key="k") for _ in range(2))

    assert (first.status_code, first.json()["status"]) == (201, "open")
    assert first.json()["evidence_at"]
    assert second.json() == first.json()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_parameter"),
        ({"goods": " "}, "missing_parameter"),
        ({"goods": "x" * 2501}, "invalid_parameter"),
        ({"goods": "\x00"}, "invalid_parameter"),
        ({"goods": 1}, "invalid_parameter"),
        ({"weather": "rain"}, "unknown_parameter"),
    ],
)
def test_what_is_no_evidence_is_refused(
    disputed: tuple[Shop, str], body: dict[str, object], code: str
) -> None:
    shop, address = disputed

    answer = shop.send("POST", address, body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert shop.send("POST", address, TEXTS).status_code == 201


def test_another_merchants_dispute_is_none_of_ours(shop: Shop) -> None:
    answer = shop.send("POST", "/v1/disputes/dp_other/evidence", TEXTS)

    assert answer.status_code == 404
