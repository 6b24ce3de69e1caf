"""What `manage.py connect_stripe` asks for and says."""

from __future__ import annotations

import getpass
import io

import pytest
from django.core.management import CommandError, call_command

from payments.models import ProviderAccount
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant(fake: Fake) -> Merchant:
    return fake.open_account()


def test_keys_without_an_endpoint_are_kept_and_the_command_says_what_is_left(
    fake: Fake, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", merchant.key)
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", merchant.publishable_key)
    fake.trouble.next("error_before", on="POST /v1/webhook_endpoints")

    with pytest.raises(CommandError, match=r"keys are kept.*answered 500.*payments_doctor stripe"):
        call_command("connect_stripe", api=fake.url)

    assert ProviderAccount.objects.get().for_provider().secrets["secret_key"] == merchant.key


def no_terminal(prompt: str) -> str:
    raise EOFError


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"])
def test_where_nobody_can_be_asked_for_a_key_its_name_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", "pk_test_1")
    monkeypatch.setenv(name, "")
    monkeypatch.setattr(getpass, "getpass", no_terminal)

    with pytest.raises(CommandError, match=f"{name} is empty"):
        call_command("connect_stripe")

    assert not ProviderAccount.objects.exists()


def test_who_connects_live_keys_to_a_test_site_is_told_what_it_is(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", merchant.live_key)
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", merchant.live_publishable_key)
    out = io.StringIO()

    call_command("connect_stripe", no_webhook=True, stdout=out)

    assert "This is a test site: no live payment is taken" in out.getvalue()
