"""Each thing that can be wrong with an account is found, and named for what it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from pytest_django import Settings

from orders.clock import now
from payments.models import ProviderAccount
from payments.providers.findings import Standing
from tests.factories import later
from tests.fakes.stripe.fake import Fake
from tests.payments.doctor.cast import Connected, connected, doctor
from tests.shop.cast import NOBODY_LISTENS

pytestmark = pytest.mark.django_db
DOUBTFUL, WRONG = Standing.DOUBTFUL, Standing.WRONG


def test_all_is_well_once_an_account_is_connected(patient: Connected) -> None:
    assert patient.ails() == []


def test_all_is_well_in_live_mode_too(fake: Fake, settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True}

    assert connected(fake, live=True).ails() == []


def a_wrong_key(patient: Connected) -> None:
    patient.keeps(secret_key="sk_test_" + 24 * "0")


def a_revoked_key(patient: Connected) -> None:
    patient.fake.roll_key(patient.merchant.key)


def a_key_of_the_other_mode(patient: Connected) -> None:
    patient.keeps(secret_key=patient.merchant.live_key)


def a_publishable_key_of_the_other_mode(patient: Connected) -> None:
    patient.keeps(publishable_key=patient.merchant.live_publishable_key)


def a_key_of_nobody(patient: Connected) -> None:
    patient.keeps(secret_key="")


def a_key_of_another_kind(patient: Connected) -> None:
    patient.keeps(secret_key=patient.merchant.publishable_key)


def a_key_of_another_account(patient: Connected) -> None:
    patient.keeps(secret_key=patient.fake.open_account().key)


def a_network_that_is_down(patient: Connected) -> None:
    ProviderAccount.objects.update(base_url=NOBODY_LISTENS)


def a_rate_limit(patient: Connected) -> None:
    patient.fake.trouble.next("rate_limit", on="/v1/account")


def a_publishable_key_that_was_cut_off(patient: Connected) -> None:
    patient.keeps(publishable_key="pk_test_")


def no_publishable_key_for_our_page(patient: Connected) -> None:
    patient.keeps(publishable_key="")
    ProviderAccount.objects.update(own_page=True)


def secrets_that_no_key_opens(patient: Connected) -> None:
    ProviderAccount.objects.update(sealed_secrets="sealed with a lost key")


def an_answer_that_does_not_come(patient: Connected) -> None:
    patient.fake.trouble.next("error_before", on="/v1/balance")


ILLS: list[tuple[Callable[[Connected], None], str]] = [
    (a_wrong_key, "secret key: Stripe does not know it"),
    (a_revoked_key, "secret key: it was rolled or revoked at Stripe"),
    (a_key_of_the_other_mode, "secret key: it is of live mode, and the account of test mode"),
    (a_publishable_key_of_the_other_mode, "publishable key: does not begin with pk_test_"),
    (a_publishable_key_that_was_cut_off, "publishable key: is no whole key"),
    (a_key_of_nobody, "secret key: none"),
    (a_key_of_another_kind, "secret key: begins with none of sk_test_"),
    (a_key_of_another_account, "account: the key is of acct_"),
    (a_network_that_is_down, "Stripe: cannot be asked: no connection"),
    (a_rate_limit, "Stripe: answered 429"),
    (no_publishable_key_for_our_page, "publishable key: none, and Stripe's fields"),
    (secrets_that_no_key_opens, "secrets: no key opens them"),
    (an_answer_that_does_not_come, "clock: not known: answered 500"),
]


@pytest.mark.parametrize(("ill", "told"), ILLS, ids=[ill.__name__ for ill, _told in ILLS])
def test_what_is_wrong_is_named(
    patient: Connected, ill: Callable[[Connected], None], told: str
) -> None:
    ill(patient)

    standing, found = patient.ails()[0]

    assert standing is WRONG
    assert told in found


def test_nobody_is_asked_with_a_key_of_the_other_mode(patient: Connected) -> None:
    a_key_of_the_other_mode(patient)

    assert len(patient.ails()) == 1


def test_no_publishable_key_is_needed_on_stripes_page(patient: Connected) -> None:
    patient.keeps(publishable_key="")

    assert patient.ails() == []


def test_a_restricted_key_may_do_as_well(patient: Connected) -> None:
    patient.keeps(secret_key=patient.merchant.restricted_key)

    assert patient.ails() == []


MAY_NOT: Final = "the restricted key may not"
DENIED: Final = {
    "GET /v1/webhook_endpoints": (WRONG, f"webhook endpoint: {MAY_NOT}"),
    "GET /v1/charges": (WRONG, f"may read charges: {MAY_NOT}"),
    "GET /v1/account": (DOUBTFUL, f"account: {MAY_NOT}"),
}


@pytest.mark.parametrize("asked", DENIED)
def test_a_restricted_key_that_may_not_look_is_told_apart(patient: Connected, asked: str) -> None:
    key = patient.merchant.restricted_key
    patient.keeps(secret_key=key)
    patient.fake.deny(key, "rak_some_read", on=asked)

    standing, found = patient.ail()

    assert (standing, found.startswith(DENIED[asked][1])) == (DENIED[asked][0], True)


def test_the_permission_that_it_lacks_is_named(patient: Connected) -> None:
    key = patient.merchant.restricted_key
    patient.keeps(secret_key=key)
    patient.fake.deny(key, "rak_webhook_read", on="GET /v1/webhook_endpoints")

    assert "give the key the permission rak_webhook_read" in doctor("stripe")[0]


def test_a_key_that_stripe_takes_for_the_other_mode_is_told_of(patient: Connected) -> None:
    keys = patient.fake.world.accounts[patient.merchant.id].keys
    next(each for each in keys if each.secret == patient.merchant.key).live = True

    said = "mode: Stripe answers in live mode, and the account is of test mode"
    assert patient.ails()[0] == (WRONG, said)


@pytest.mark.parametrize("live", [True, False])
def test_an_account_that_may_not_charge_is_wrong_in_live_mode(
    fake: Fake, settings: Settings, live: bool
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": live}
    patient = connected(fake, live=live)
    fake.suspend(patient.merchant.id)

    standing = WRONG if live else DOUBTFUL
    assert patient.ail() == (standing, "charges: not enabled: rejected.other")


def test_what_stripe_still_asks_for_is_named(patient: Connected) -> None:
    there = patient.fake.world.accounts[patient.merchant.id]
    there.payouts_enabled, there.due = False, ["external_account"]

    assert patient.ails() == [
        (DOUBTFUL, "payouts: not enabled"),
        (DOUBTFUL, "account: Stripe asks for external_account"),
    ]


@pytest.mark.parametrize(("seconds", "standing"), [(60, DOUBTFUL), (-400, WRONG)])
def test_a_clock_that_is_wrong_is_found(
    patient: Connected, seconds: int, standing: Standing
) -> None:
    with later(timedelta(seconds=seconds)):
        (found,) = patient.ails()

    assert found[0] is standing
    assert found[1].startswith("clock: ")


ADDRESSES: Final = {
    "http://localhost:8000": "nobody can reach http://localhost:8000 from outside",
    "https://127.0.0.1": "nobody can reach https://127.0.0.1 from outside",
    "http://shop.test": "http://shop.test is not https",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_live_account_needs_a_public_https_address(
    fake: Fake, settings: Settings, address: str
) -> None:
    patient = connected(fake, live=True, webhook=False)
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True, "base_url": address}

    assert patient.ails()[0] == (WRONG, f"address: {ADDRESSES[address]}")


def test_a_live_account_on_a_copy_is_not_asked(fake: Fake) -> None:
    patient = connected(fake, live=True, webhook=False)

    standing, found = patient.ail()

    assert standing is WRONG
    assert 'use: account stripe is live but PAYMENTS["live"] is not True' in found


def test_an_account_that_no_shopper_is_offered_is_told_of(
    patient: Connected, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True}
    ProviderAccount.objects.update(active=False)

    assert [found for _standing, found in patient.ails()] == [
        "use: switched off: no shopper is offered it",
        "use: a test account on a live site: no shopper is offered it",
    ]


def test_an_adapter_that_is_not_named_is_told_of(patient: Connected, settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {}}

    assert patient.ail() == (WRONG, "use: PAYMENTS[\"providers\"] does not name 'stripe'")


def test_a_secret_of_two_accounts_is_told_of(patient: Connected, fake: Fake) -> None:
    other = connected(fake, code="second")
    patient.keeps(webhook_secret=other.secrets()["webhook_secret"])

    assert (WRONG, "secrets: webhook_secret is a secret of second as well") in patient.ails()


def test_a_list_of_events_that_cannot_be_read_is_told_of(patient: Connected) -> None:
    ProviderAccount.objects.update(feed_failures=3, feed_read_at=now())

    assert patient.ail() == (DOUBTFUL, "list of events: could not be read 3 times in a row")
