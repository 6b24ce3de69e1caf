"""System checks of payments name what cannot serve: keys, addresses, policies. Never a secret."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import pytest
from cryptography.fernet import Fernet
from django.core.checks import CheckMessage
from django.core.management import call_command
from pytest_django import Settings

from payments.checks.accounts import check_accounts
from payments.checks.policy import check_form_action
from payments.checks.settings import check_payments
from payments.models import ProviderAccount

KEYS: Final = {
    "secret_key": "sk_test_1111111111111111",
    "publishable_key": "pk_test_1111111111111111",
    "webhook_secret": "whsec_1111111111111111",
}
PAGE: Final = "https://checkout.stripe.com"


def an_account(code: str = "stripe", **given: Any) -> ProviderAccount:
    """An account at Stripe whose keys are as they should be, but for `secrets`."""
    secrets = {name: key + code for name, key in KEYS.items()} | given.pop("secrets", {})
    account = ProviderAccount(code=code, provider="stripe", merchant_id="acct_1", **given)
    account.set_secrets(secrets)
    account.save()
    return account


def of_accounts() -> list[tuple[str | None, str]]:
    return [(each.id, each.msg) for each in check_accounts(databases=["default"])]


def ids(check: Callable[[], list[CheckMessage]]) -> list[str | None]:
    return [each.id for each in check()]


@pytest.mark.django_db
def test_keys_as_they_should_be_are_not_warned_of() -> None:
    an_account()
    an_account("second", own_page=True)

    assert of_accounts() == []


WRONG: Final[list[tuple[dict[str, Any], str]]] = [
    ({"secrets": {"secret_key": ""}}, "secret key: none"),
    ({"secrets": {"secret_key": "sk_live_1"}}, "secret key: it is of live mode"),
    ({"mode": "live"}, "secret key: it is of test mode"),
    ({"secrets": {"publishable_key": "pk_live_1"}}, "publishable key: does not begin with"),
    ({"secrets": {"publishable_key": ""}, "own_page": True}, "publishable key: none"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("given", "told"), WRONG)
def test_keys_that_are_missing_or_mixed_are_warned_of(given: dict[str, Any], told: str) -> None:
    an_account(**given)

    name, said = of_accounts()[0]

    assert name == "payments.W006"
    assert said.startswith(f"account stripe: {told}")


@pytest.mark.django_db
def test_an_account_that_is_switched_off_is_not_looked_at() -> None:
    an_account(active=False, secrets={"secret_key": ""})

    assert of_accounts() == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["secret_key", "webhook_secret"])
def test_a_secret_of_two_accounts_is_warned_of(name: str) -> None:
    an_account()
    an_account("second", secrets={name: KEYS[name] + "stripe"})

    said = f"account second: {name} is a secret of stripe as well"
    assert of_accounts() == [("payments.W007", said)]


@pytest.mark.django_db
def test_two_fields_of_one_account_that_hold_the_same_are_warned_of_as_that() -> None:
    an_account(secrets={"webhook_secret": KEYS["secret_key"] + "stripe"})

    said = "account stripe: its secret_key and its webhook_secret are the same secret"
    assert of_accounts() == [("payments.W007", said)]


@pytest.mark.django_db
def test_two_accounts_may_have_one_publishable_key() -> None:
    an_account()
    an_account("second", secrets={"publishable_key": KEYS["publishable_key"] + "stripe"})

    assert of_accounts() == []


@pytest.mark.django_db
def test_a_key_of_the_site_is_no_secret_of_an_account(settings: Settings) -> None:
    vault = settings.PAYMENTS["secret_keys"][0]
    an_account(secrets={"webhook_secret": settings.SECRET_KEY})
    an_account("second", secrets={"webhook_secret": vault})

    assert of_accounts() == [
        ("payments.W007", "account stripe: webhook_secret is a secret of this site as well"),
        ("payments.W007", "account second: webhook_secret is a secret of this site as well"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "https://stand-in.test", "http://127.0.0.1:8420"])
def test_keys_that_nobody_overhears_are_not_warned_of(address: str) -> None:
    an_account(base_url=address)

    assert of_accounts() == []


CLEAR: Final[list[dict[str, str]]] = [
    {"base_url": "http://stand-in.test"},
    {"base_url": "http://10.0.0.5:8001"},
    {"base_url": "http://127.0.0.1:8420", "mode": "live"},
]


@pytest.mark.django_db
@pytest.mark.parametrize("given", CLEAR)
def test_keys_that_go_in_clear_are_warned_of(given: dict[str, str]) -> None:
    an_account(**given)

    said = f"the keys of the account stripe go in clear to {given['base_url']}"
    assert ("payments.W009", said) in of_accounts()


@pytest.mark.django_db
def test_an_account_whose_adapter_is_not_named_is_warned_of(settings: Settings) -> None:
    an_account()
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {}}

    assert of_accounts() == [("payments.W004", "no adapter serves the account stripe of stripe")]


@pytest.mark.django_db
def test_secrets_that_no_key_opens_are_warned_of(settings: Settings) -> None:
    an_account()
    settings.PAYMENTS = {**settings.PAYMENTS, "secret_keys": [Fernet.generate_key().decode()]}

    said = "the secrets of the account stripe cannot be opened"
    assert of_accounts() == [("payments.W005", said)]


@pytest.mark.django_db
def test_no_database_is_read_unless_it_is_asked_for() -> None:
    an_account(secrets={"secret_key": ""})

    assert check_accounts() == []


@pytest.mark.django_db
def test_warnings_of_accounts_do_not_stop_a_migration() -> None:
    an_account(secrets={"secret_key": ""})

    call_command("check", databases=["default"])


@pytest.mark.django_db
def test_no_message_holds_a_secret(settings: Settings) -> None:
    an_account(secrets={"secret_key": "sk_live_hidden", "webhook_secret": settings.SECRET_KEY})

    said = "".join(f"{each.msg}{each.hint}" for each in check_accounts(databases=["default"]))

    assert said
    assert "hidden" not in said
    assert settings.SECRET_KEY not in said


@pytest.mark.parametrize("address", ["http://shop.example", "http://127.0.0.1:8000"])
def test_a_live_site_without_https_is_not_started(settings: Settings, address: str) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True, "base_url": address}

    assert ids(check_payments) == ["payments.E008"]


def test_a_live_site_with_https_is_started(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True, "base_url": "https://shop.example"}

    assert check_payments() == []


def test_the_key_that_seals_is_not_djangos(settings: Settings) -> None:
    settings.SECRET_KEY = key = Fernet.generate_key().decode()
    settings.PAYMENTS = {**settings.PAYMENTS, "secret_keys": [key]}

    assert ids(check_payments) == ["payments.W008"]


def test_a_package_that_is_not_installed_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("payments.providers.stripe")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "stripe", None)

    (message,) = check_payments()

    assert message.id == "payments.E002"
    assert message.hint == 'Install it: pip install "django-till[stripe]".'


def test_an_adapter_that_is_not_there_is_named_as_such(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {"bank": "nowhere.Bank"}}

    assert check_payments()[0].hint == 'Mend PAYMENTS["providers"]["bank"].'


HOLDS_BACK: Final = [["'self'"], ("'self'", "https://other.example"), "'self'", {"'none'"}]
LETS_GO: Final = [[PAGE], ("'self'", "https://*.stripe.com"), ["*"], ["https:"], [], None]


@pytest.mark.parametrize("sources", HOLDS_BACK)
def test_a_policy_that_holds_shoppers_back_is_warned_of(
    settings: Settings, sources: object
) -> None:
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"form-action": sources}}

    assert ids(check_form_action) == ["payments.W003"]


@pytest.mark.parametrize("sources", LETS_GO)
def test_a_policy_that_lets_them_go_is_not(settings: Settings, sources: object) -> None:
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"form-action": sources}}

    assert check_form_action() == []


def test_djangos_own_policy_is_read_too(settings: Settings) -> None:
    settings.CONTENT_SECURITY_POLICY = None
    settings.SECURE_CSP = {"form-action": ["'self'"]}

    assert ids(check_form_action) == ["payments.W003"]


@pytest.mark.parametrize("broken", [{"colour": "red"}, {"providers": {"bank": "nowhere.Bank"}}])
def test_settings_that_cannot_be_read_are_left_to_their_own_check(
    settings: Settings, broken: dict[str, object]
) -> None:
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"form-action": ["'self'"]}}
    settings.PAYMENTS = {**settings.PAYMENTS, **broken}

    assert check_form_action() == []


def test_a_site_without_a_policy_is_not_warned_of(settings: Settings) -> None:
    settings.CONTENT_SECURITY_POLICY = None

    assert check_form_action() == []


def test_a_policy_counts_only_for_providers_that_are_named(settings: Settings) -> None:
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"form-action": ["'self'"]}}
    providers = {"sandbox": settings.PAYMENTS["providers"]["sandbox"]}
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": providers}

    assert check_form_action() == []
