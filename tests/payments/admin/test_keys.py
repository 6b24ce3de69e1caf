"""A key that staff type is of the account, as its provider says, or it is not kept."""

from __future__ import annotations

import getpass
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from payments.models import ProviderAccount
from tests.fakes.stripe.fake import Fake
from tests.payments.admin.cast import KEPT, staff
from tests.payments.doctor.cast import Connected, connected
from tests.shop.cast import NOBODY_LISTENS, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(fake: Fake) -> Connected:
    return connected(fake, webhook=False)


def url(shop: Connected) -> str:
    return reverse("admin:payments_provideraccount_change", args=[shop.account.pk])


def types(client: Client, shop: Connected, **given: str) -> tuple[int, str]:
    """What staff type on the account's page, and what it says then."""
    offered = {"offered": list(shop.account.methods or ())}
    answer = client.post(url(shop), {**KEPT, "code": "stripe", **offered, **given})
    return answer.status_code, read(answer).text if answer.status_code == 200 else ""


def of_another_account(shop: Connected) -> str:
    return shop.fake.open_account().key


def of_the_other_mode(shop: Connected) -> str:
    return shop.merchant.live_key


def that_was_rolled(shop: Connected) -> str:
    shop.fake.roll_key(shop.merchant.key)
    return shop.merchant.key


def of_nobody(_shop: Connected) -> str:
    return "sk_test_" + 24 * "0"


def that_is_no_key(_shop: Connected) -> str:
    return "sk_test_ключ"


def that_may_not_say_whose_it_is(shop: Connected) -> str:
    shop.fake.deny(shop.merchant.restricted_key, "rak_account_read", on="/v1/account")
    return shop.merchant.restricted_key


def while_stripe_is_down(shop: Connected) -> str:
    ProviderAccount.objects.update(base_url=NOBODY_LISTENS)
    return shop.merchant.restricted_key


def while_stripe_is_asked_too_often(shop: Connected) -> str:
    shop.fake.trouble.next("rate_limit", on="/v1/account")
    return shop.merchant.restricted_key


UNKNOWN = "The provider does not know the secret key, or it was revoked."
UNCHECKED = "It could not be checked whose key that is, so nothing was changed: "
REFUSED: dict[Callable[[Connected], str], str] = {
    of_another_account: ", and the key is of acct_",
    of_the_other_mode: "The key is of the other mode, test or live.",
    that_was_rolled: UNKNOWN,
    of_nobody: UNKNOWN,
    that_is_no_key: UNKNOWN,
    that_may_not_say_whose_it_is: "The restricted key may not read the account: give it rak_",
    while_stripe_is_down: f"{UNCHECKED}no connection",
    while_stripe_is_asked_too_often: f"{UNCHECKED}answered 429",
}


@pytest.mark.parametrize("key", REFUSED, ids=lambda key: key.__name__)
def test_a_key_that_is_not_known_to_be_of_the_account_is_refused_and_nothing_is_saved(
    admin_client: Client, shop: Connected, key: Callable[[Connected], str]
) -> None:
    before, typed = shop.secrets(), key(shop)

    status, page = types(admin_client, shop, secret_secret_key=typed, payout_days="9")

    assert (status, shop.secrets()) == (200, before)
    assert REFUSED[key] in page
    assert ProviderAccount.objects.get().payout_days != 9


def test_the_rest_of_what_was_typed_stays_on_the_page_and_the_key_does_not(
    admin_client: Client, shop: Connected
) -> None:
    key = of_another_account(shop)
    typed = {**KEPT, "code": "stripe", "secret_secret_key": key, "payout_days": "9"}

    page = admin_client.post(url(shop), typed).text

    assert 'name="payout_days" value="9"' in page
    assert key not in page


def test_another_key_of_the_same_account_is_kept(admin_client: Client, shop: Connected) -> None:
    typed = {"secret_secret_key": f" {shop.merchant.restricted_key} ", "payout_days": "9"}

    assert types(admin_client, shop, **typed)[0] == 302

    assert shop.secrets()["secret_key"] == shop.merchant.restricted_key
    assert ProviderAccount.objects.get().payout_days == 9


def test_who_types_no_key_needs_no_answer_of_stripe(admin_client: Client, shop: Connected) -> None:
    while_stripe_is_down(shop)

    typed = {"secret_webhook_secret": "whsec_new", "secret_publishable_key": "pk_test_new"}
    assert types(admin_client, shop, **typed)[0] == 302

    assert shop.secrets()["webhook_secret"] == "whsec_new"


@pytest.mark.parametrize(
    "key", ["pk_live_51Fern", "sk_test_51Fern", "pk_test_", "pk_test_клю ч", "x"]
)
def test_a_publishable_key_that_cannot_be_of_the_account_is_refused_and_nobody_is_asked(
    admin_client: Client, shop: Connected, key: str
) -> None:
    before = shop.secrets()
    while_stripe_is_down(shop)

    status, page = types(admin_client, shop, secret_publishable_key=key, payout_days="9")

    assert (status, shop.secrets()) == (200, before)
    assert "The publishable key of this mode begins with pk_test_." in page


def test_a_publishable_key_is_looked_at_beside_a_secret_key_that_is_good(
    admin_client: Client, shop: Connected
) -> None:
    before, good = shop.secrets(), shop.merchant.restricted_key

    status, _page = types(
        admin_client, shop, secret_secret_key=good, secret_publishable_key="pk_live_51Fern"
    )

    assert (status, shop.secrets()) == (200, before)


SIGNING = "The signing secret of a webhook endpoint begins with whsec_, and this does not."


@pytest.mark.parametrize("typed", ["hello", "whsec_", "sk_live_51Fern", "whsec-51Fern"])
def test_what_is_no_signing_secret_is_refused_and_nobody_is_asked(
    admin_client: Client, shop: Connected, typed: str
) -> None:
    before = shop.secrets()
    while_stripe_is_down(shop)

    status, page = types(admin_client, shop, secret_webhook_secret=typed, payout_days="9")

    assert (status, shop.secrets()) == (200, before)
    assert SIGNING in page


def test_the_secret_key_is_no_signing_secret_either(admin_client: Client, shop: Connected) -> None:
    before = shop.secrets()

    types(admin_client, shop, secret_webhook_secret=before["secret_key"])

    assert shop.secrets() == before


def test_a_rotation_takes_no_secret_that_is_none(admin_client: Client, shop: Connected) -> None:
    before = ProviderAccount.objects.get().hook_token
    rotate = reverse("admin:payments_provideraccount_rotate", args=[shop.account.pk])

    page = read(admin_client.post(rotate, {"secret_webhook_secret": "hello"})).text

    assert SIGNING in page
    assert ProviderAccount.objects.get().hook_token == before


def test_the_command_takes_no_secret_that_is_none_either(
    shop: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ProviderAccount.objects.get().hook_token
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: "hello")

    with pytest.raises(CommandError, match="begins with whsec_"):
        call_command("rotate_webhook", "stripe", "--secret")

    assert ProviderAccount.objects.get().hook_token == before


def test_for_who_may_not_change_the_account_nobody_is_asked(shop: Connected) -> None:
    shop.fake.trouble.next("rate_limit", on="/v1/account")
    clerk = staff("payments.view_provideraccount")

    assert types(clerk, shop, secret_secret_key=of_another_account(shop))[0] == 403

    assert shop.fake.trouble.met_by("GET /v1/account")
