"""What a key was refused is WRONG until a call of that kind went through."""

from __future__ import annotations

import pytest

from payments.models import ProviderAccount
from payments.providers.errors import KeyRefusal, NotAuthorized
from payments.providers.findings import Standing
from payments.services.key_trouble import note_refused, note_taken
from tests.payments.doctor.cast import Connected, doctor

pytestmark = pytest.mark.django_db
LACKS = "rak_checkout_session_write"


def refused(patient: Connected, lacks: str = LACKS) -> None:
    refusal = KeyRefusal(restricted=True, lacks=lacks)
    note_refused(patient.account, "create", NotAuthorized("answered 403", refusal))


def test_a_refused_permission_is_wrong_and_named(patient: Connected) -> None:
    refused(patient)

    standing, found = patient.ail()

    assert standing is Standing.WRONG
    assert found.startswith(f"key: may not open payments: it lacks {LACKS}, since ")


def test_the_doctor_says_what_to_do(patient: Connected) -> None:
    refused(patient)

    told, error = doctor("stripe")

    assert f"-> give it the permission {LACKS} at the provider" in told
    assert error == "Wrong: 1, warnings: 0."


def test_a_permission_without_a_name_is_wrong_as_well(patient: Connected) -> None:
    refused(patient, lacks="")

    assert patient.ail()[1].startswith("key: may not open payments, since ")


@pytest.mark.parametrize(("verb", "ails"), [("create", 0), ("query", 1)])
def test_it_ails_until_a_call_of_that_kind_went_through(
    patient: Connected, verb: str, ails: int
) -> None:
    refused(patient)

    note_taken(ProviderAccount.objects.get(), verb)

    assert len(patient.ails()) == ails


def test_asking_too_often_is_no_trouble_with_the_key(patient: Connected) -> None:
    note_refused(patient.account, "create", NotAuthorized("answered 429 rate_limit"))

    assert patient.ails() == []
