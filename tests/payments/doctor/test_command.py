"""What `manage.py payments_doctor` prints, and how it ends."""

from __future__ import annotations

import pytest

from payments.models import ProviderAccount
from payments.providers.base import Refused
from payments.services.refusals import count_refusal
from tests.factories import an_account
from tests.fakes.stripe.fake import Fake
from tests.payments.doctor.cast import Connected, connected, doctor

pytestmark = pytest.mark.django_db


def test_an_account_that_is_well_is_told_line_by_line(patient: Connected) -> None:
    printed, error = doctor("stripe")

    first, *lines, last = printed.splitlines()
    assert first == f"stripe: stripe, test mode, {patient.merchant.id}"
    assert {line[:9] for line in lines} == {"  ok     "}
    assert (last, error) == ("Nothing is wrong, warnings: 0.", "")


def test_what_is_wrong_is_told_with_what_to_do_and_ends_it_with_an_error(
    patient: Connected,
) -> None:
    patient.endpoint()["status"] = "disabled"

    printed, error = doctor("stripe")

    found, advice = printed.splitlines()[-2 - 1 : -1]
    assert found.startswith("  WRONG    webhook endpoint ")
    assert advice.strip() == "-> --create-webhook turns it on"
    assert error == "Wrong: 1, warnings: 0."


def test_the_endpoint_is_made_before_it_is_looked_at(fake: Fake) -> None:
    patient = connected(fake, webhook=False)

    _printed, error = doctor("stripe", "--create-webhook")

    assert (len(patient.endpoints()), error) == (1, "")


def test_a_secret_that_was_replaced_is_well_in_the_run_that_replaced_it(
    patient: Connected,
) -> None:
    patient.keeps(webhook_secret="whsec_of_another")
    count_refusal(patient.account, Refused.SIGNATURE)

    _printed, error = doctor("stripe", "--create-webhook")

    assert error == ""


def test_the_domain_is_registered_before_it_is_looked_at(patient: Connected) -> None:
    ProviderAccount.objects.update(own_page=True)

    printed, error = doctor("stripe", "--register-domain")

    assert "Apple Pay, Google Pay, Link on shop.test" in printed
    assert error == ""


def test_what_cannot_be_done_is_told_with_its_reason(patient: Connected) -> None:
    patient.keeps(secret_key="sk_test_" + 24 * "0")

    _printed, error = doctor("stripe", "--create-webhook")

    assert error == "Nothing was changed for stripe: answered 401 invalid_request_error."


def test_a_providers_name_means_its_accounts_in_use(fake: Fake) -> None:
    connected(fake, code="london")
    connected(fake, code="leeds")
    ProviderAccount.objects.filter(code="leeds").update(active=False)

    printed, _error = doctor("stripe")

    assert "london: " in printed
    assert "leeds: " not in printed


def test_a_code_that_is_a_providers_name_hides_none_of_its_accounts(fake: Fake) -> None:
    """As the documented deploy check is run: the test account was switched off for the live one."""
    connected(fake)
    live = connected(fake, code="stripe-live", live=True, webhook=False)
    ProviderAccount.objects.filter(code="stripe").update(active=False)

    printed, error = doctor("stripe")

    assert f"stripe-live: stripe, live mode, {live.merchant.id}" in printed
    assert "stripe: stripe, test mode" in printed
    assert error == "Wrong: 1, warnings: 1."


def test_a_code_of_its_own_means_that_account_alone(fake: Fake) -> None:
    connected(fake)
    connected(fake, code="stripe-live", live=True, webhook=False)

    printed, _error = doctor("stripe-live")

    assert "test mode" not in printed


def test_nobody_knows_an_account_that_is_not_there(patient: Connected) -> None:
    assert doctor("strip")[1] == ("No account and no provider 'strip'. There are: stripe (stripe).")


def test_a_provider_that_cannot_be_asked_gets_the_general_part(db: None) -> None:
    an_account()

    printed, error = doctor("sandbox")

    assert "sandbox cannot be asked how it is set up" in printed
    assert error == ""


def test_a_provider_that_cannot_be_told_says_so(db: None) -> None:
    an_account()

    _printed, error = doctor("sandbox", "--create-webhook")

    assert error == "Nothing was changed for sandbox: sandbox cannot be told by its API."


def test_no_secret_is_printed(patient: Connected) -> None:
    printed, _error = doctor("stripe")

    assert not [secret for secret in patient.secrets().values() if secret in printed]
