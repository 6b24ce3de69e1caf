"""Keys are kept only where they can be right, and Stripe is asked whose they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from payments.errors import KeysRefused, SetUpRefused
from payments.models import ProviderAccount
from payments.providers.base import Account
from payments.providers.errors import NotAuthorized
from payments.providers.stripe.setup import methods_at
from payments.services import connect_stripe as service
from payments.services.connect_stripe import Keys, connect_stripe
from payments.services.rotate import rotate_webhook
from tests.factories import an_account
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant

pytestmark = pytest.mark.django_db
SITE = "http://shop.test"


@pytest.fixture
def merchant(fake: Fake) -> Merchant:
    return fake.open_account()


def keys(fake: Fake, merchant: Merchant, **given: str) -> Keys:
    typed = {"secret": merchant.key, "publishable": merchant.publishable_key, "base_url": fake.url}
    return Keys(**(typed | given))


def live_keys(fake: Fake, merchant: Merchant) -> Keys:
    live = {"secret": merchant.live_key, "publishable": merchant.live_publishable_key}
    return keys(fake, merchant, **live, base_url="")


def connected(keys: Keys, *, webhook: bool = True) -> ProviderAccount:
    return connect_stripe(keys, code="stripe", site=SITE, webhook=webhook)


def test_an_account_knows_whose_it_is_and_hears_of_payments(fake: Fake, merchant: Merchant) -> None:
    account = connected(keys(fake, merchant))

    assert (account.merchant_id, account.mode) == (merchant.id, "test")
    assert account.for_provider().secrets["webhook_secret"].startswith("whsec_")
    endpoints = [
        told for told in fake.shelf(merchant.id).objects.values() if "enabled_events" in told
    ]
    assert [told["url"] for told in endpoints] == [f"{SITE}/payments/hooks/{account.hook_token}/"]


def test_an_account_is_connected_under_one_code(fake: Fake, merchant: Merchant) -> None:
    connected(keys(fake, merchant))

    with pytest.raises(KeysRefused, match="is kept as stripe already"):
        connect_stripe(keys(fake, merchant), code="again", site=SITE, webhook=False)

    assert ProviderAccount.objects.count() == 1


def test_a_site_that_does_not_know_the_adapter_is_told_of_it(
    fake: Fake, merchant: Merchant, settings: Any
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {}}

    with pytest.raises(KeysRefused, match=r"payments\.providers\.stripe\.StripeProvider"):
        connected(keys(fake, merchant))

    assert fake.shelf(merchant.id).of("webhook_endpoint") == []


def test_a_second_time_replaces_the_keys_and_makes_no_second_endpoint(
    fake: Fake, merchant: Merchant
) -> None:
    first = connected(keys(fake, merchant)).for_provider().secrets

    again = connected(keys(fake, merchant, secret=merchant.restricted_key))

    told = again.for_provider().secrets
    assert told == {**first, "secret_key": merchant.restricted_key}
    assert ProviderAccount.objects.count() == 1


def test_what_the_account_can_be_paid_by_is_asked_and_kept(fake: Fake, merchant: Merchant) -> None:
    fake.limit(merchant.id, methods=["card", "alipay"])

    account = connected(keys(fake, merchant))

    assert account.methods == {"card": [], "alipay": ["CNY", "GBP"]}


ABROAD = {
    ("DE", "eur"): {"alipay": ["CNY", "EUR"], "wechat_pay": ["CNY", "EUR"]},
    ("CH", "chf"): {"alipay": ["CNY", "EUR"], "wechat_pay": ["CHF", "CNY", "EUR"]},
    ("MY", "myr"): {"alipay": ["CNY", "MYR"], "wechat_pay": ["CNY"]},
    ("US", "usd"): {"alipay": ["CNY", "USD"], "wechat_pay": ["CNY", "USD"]},
}


@pytest.mark.parametrize("home", ABROAD, ids="-".join)
def test_wallets_of_china_take_the_currencies_of_where_the_account_is(
    fake: Fake, home: tuple[str, str]
) -> None:
    merchant = fake.open_account(country=home[0], currency=home[1])

    account = connected(keys(fake, merchant))

    assert account.methods == {"card": [], **ABROAD[home]}


def test_a_second_time_tells_what_was_switched_on_since_and_what_staff_withhold_stays(
    fake: Fake, merchant: Merchant
) -> None:
    fake.limit(merchant.id, methods=["card"])
    connected(keys(fake, merchant))
    ProviderAccount.objects.update(withheld=["card"])
    fake.limit(merchant.id)

    again = connected(keys(fake, merchant))

    assert list(again.methods or ()) == ["card", "alipay", "wechat_pay"]
    assert again.withheld == ["card"]


def test_where_stripe_does_not_say_what_was_known_stays(fake: Fake, merchant: Merchant) -> None:
    known = connected(keys(fake, merchant)).methods
    fake.limit(merchant.id, methods=["card"])
    fake.trouble.next("rate_limit", on="/v1/payment_method_configurations")

    assert connected(keys(fake, merchant)).methods == known


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens while Stripe is asked what an account has."""
    happens: list[Callable[[], object]] = []

    def slowly(account: Account) -> dict[str, list[str]] | None:
        has = methods_at(account)
        for each in happens:
            each()
        return has

    monkeypatch.setattr(service, "methods_at", slowly)
    return happens


def test_a_rotation_meanwhile_is_not_undone(
    fake: Fake, merchant: Merchant, asked: list[Callable[[], object]]
) -> None:
    first = connected(keys(fake, merchant), webhook=False)
    signed = {"webhook_secret": "whsec_rotated"}
    asked.append(lambda: rotate_webhook(account_id=first.pk, secrets=signed))

    again = connected(keys(fake, merchant, secret=merchant.restricted_key), webhook=False)

    there = ProviderAccount.objects.get()
    assert there.hook_token != first.hook_token
    assert there.old_hook_token == first.hook_token
    kept = there.for_provider().secrets
    assert (kept["secret_key"], kept["webhook_secret"]) == (
        merchant.restricted_key,
        signed["webhook_secret"],
    )
    assert again.hook_token == there.hook_token


def test_what_staff_change_meanwhile_stays(
    fake: Fake, merchant: Merchant, asked: list[Callable[[], object]]
) -> None:
    connected(keys(fake, merchant), webhook=False)
    asked.append(lambda: ProviderAccount.objects.update(active=False, withheld=["card"]))

    connected(keys(fake, merchant), webhook=False)

    there = ProviderAccount.objects.get()
    assert (there.active, there.withheld) == (False, ["card"])


def test_an_account_that_another_took_the_code_of_meanwhile_is_left_alone(
    fake: Fake, merchant: Merchant, asked: list[Callable[[], object]]
) -> None:
    asked.append(lambda: an_account(code="stripe", provider="stripe", merchant_id="acct_other"))

    with pytest.raises(KeysRefused, match="stripe is acct_other, and the key is of"):
        connected(keys(fake, merchant))

    assert ProviderAccount.objects.get().merchant_id == "acct_other"


WRONG = [
    ({"secret": "pk_test_1"}, "begins with sk_test_"),
    ({"publishable": "pk_live_1"}, "begins with pk_test_"),
    ({"secret": "sk_test_" + 24 * "0"}, "does not know the secret key"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong[1])
def test_keys_that_cannot_be_right_are_refused(
    fake: Fake, merchant: Merchant, wrong: tuple[dict[str, str], str]
) -> None:
    given, why = wrong

    with pytest.raises(KeysRefused, match=why):
        connected(keys(fake, merchant, **given))

    assert not ProviderAccount.objects.exists()


@pytest.mark.parametrize("address", ["http://10.0.0.5:8420", "127.0.0.1:8420", "http://[oops"])
def test_keys_are_not_sent_in_clear_to_another_machine(
    fake: Fake, merchant: Merchant, address: str
) -> None:
    with pytest.raises(KeysRefused, match=r"would go in clear to .* name an https"):
        connected(keys(fake, merchant, base_url=address))

    assert not ProviderAccount.objects.exists()


def test_live_keys_are_not_sent_in_clear_at_all(fake: Fake, merchant: Merchant) -> None:
    live = {"secret": merchant.live_key, "publishable": merchant.live_publishable_key}

    with pytest.raises(KeysRefused, match="of live mode would go in clear"):
        connected(keys(fake, merchant, **live))

    assert not ProviderAccount.objects.exists()


def test_a_restricted_key_that_may_not_say_whose_it_is_is_refused(
    fake: Fake, merchant: Merchant
) -> None:
    fake.deny(merchant.restricted_key, "rak_accounts_kyc_basic_read", on="/v1/account")

    with pytest.raises(KeysRefused, match="give it rak_accounts_kyc_basic_read"):
        connected(keys(fake, merchant, secret=merchant.restricted_key))

    assert not ProviderAccount.objects.exists()


def test_who_asks_too_often_is_not_told_that_the_key_is_wrong(
    fake: Fake, merchant: Merchant
) -> None:
    fake.trouble.next("rate_limit", on="/v1/account")

    with pytest.raises(NotAuthorized, match="answered 429"):
        connected(keys(fake, merchant))


def test_keys_of_another_account_do_not_take_its_place(fake: Fake, merchant: Merchant) -> None:
    connected(keys(fake, merchant))

    with pytest.raises(KeysRefused, match="and the key is of"):
        connected(keys(fake, fake.open_account()))


def test_live_webhooks_go_to_https_alone(fake: Fake, merchant: Merchant, settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True}

    with pytest.raises(SetUpRefused, match="need https"):
        connected(live_keys(fake, merchant))


def test_a_site_that_is_not_live_keeps_live_keys_and_is_not_told_of_live_payments(
    fake: Fake, merchant: Merchant
) -> None:
    with pytest.raises(SetUpRefused, match=r'not live, so set PAYMENTS\["live"\] = True'):
        connect_stripe(
            live_keys(fake, merchant), code="stripe", site="https://shop.test", webhook=True
        )

    assert ProviderAccount.objects.get().mode == "live"
    assert fake.shelf(merchant.id).of("webhook_endpoint") == []


def test_keys_of_the_other_mode_are_told_how_both_can_be_kept(
    fake: Fake, merchant: Merchant
) -> None:
    connected(live_keys(fake, merchant), webhook=False)

    with pytest.raises(KeysRefused, match="live mode: name another code by --code, or first"):
        connected(keys(fake, merchant))

    assert ProviderAccount.objects.get().mode == "live"
