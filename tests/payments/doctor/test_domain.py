"""Wallets stand on our own page only where the site's domain is registered, and is well."""

from __future__ import annotations

from typing import Any, Final

import pytest
from pytest_django import Settings

from payments.errors import SetUpRefused
from payments.models import ProviderAccount
from payments.providers.findings import Standing
from payments.services.doctor import register_wallets
from tests.fakes.stripe.fake import Fake
from tests.payments.doctor.cast import Connected, connected

pytestmark = pytest.mark.django_db
DOUBTFUL, WRONG = Standing.DOUBTFUL, Standing.WRONG
NO_FILE: Final = "The domain does not serve the association file."


@pytest.fixture
def patient(fake: Fake) -> Connected:
    """One whose shoppers type their cards on a page of the site."""
    patient = connected(fake)
    ProviderAccount.objects.update(own_page=True)
    return patient


def register(patient: Connected) -> None:
    register_wallets(ProviderAccount.objects.get(pk=patient.account.pk))


def domain(patient: Connected) -> dict[str, Any]:
    (only,) = patient.fake.shelf(patient.merchant.id).of("payment_method_domain")
    return only


def test_a_domain_that_is_not_registered_is_named_and_registered_once(patient: Connected) -> None:
    assert patient.ail() == (WRONG, "wallets: shop.test is not registered")

    register(patient)
    register(patient)

    assert domain(patient)["domain_name"] == "shop.test"
    assert patient.ails() == []


def test_a_domain_that_is_switched_off_is_named_and_switched_on(patient: Connected) -> None:
    register(patient)
    domain(patient).update(enabled=False)
    assert patient.ail() == (WRONG, "wallets: shop.test is switched off")

    register(patient)

    assert patient.ails() == []


def test_stripe_looks_again_once_what_it_could_not_see_is_mended(patient: Connected) -> None:
    register(patient)
    why = {"error_message": NO_FILE}
    domain(patient)["apple_pay"] = {"status": "inactive", "status_details": why}

    assert patient.ail() == (WRONG, f"wallets: Apple Pay is not shown on shop.test: {NO_FILE}")

    register(patient)

    assert patient.ails() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "shop.localhost", "shop"])
def test_a_site_without_a_name_is_not_registered(
    patient: Connected, settings: Settings, host: str
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "base_url": f"http://{host}:8000"}

    said = f"wallets: {host} has no name that Stripe could visit"
    assert (DOUBTFUL, said) in patient.ails()
    with pytest.raises(SetUpRefused, match="others can reach"):
        register(patient)


def test_by_plain_http_no_browser_shows_them(patient: Connected, settings: Settings) -> None:
    register(patient)
    settings.PAYMENTS = {**settings.PAYMENTS, "base_url": "http://shop.test"}

    assert (DOUBTFUL, "wallets: http://shop.test is not https") in patient.ails()


def test_on_stripes_page_no_domain_is_needed(patient: Connected) -> None:
    ProviderAccount.objects.update(own_page=False)

    assert patient.ails() == []
