"""A key that may not do what it must: it is noted once, told of, and over with the next success."""

from __future__ import annotations

import logging
from datetime import timedelta

import django
import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from payments.models import KeyTrouble, ProviderAccount
from payments.queries import key_troubles
from payments.registry import forget_accounts
from payments.services.alert_keys import alert_of_refused_keys
from payments.services.feed import read_feeds
from payments.services.rotate import renew_secrets
from tests.factories import later
from tests.payments.flows.cast import A_MINUTE, work
from tests.payments.stripe.cast import Shop

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
SESSIONS, REFUNDS = "rak_checkout_session_write", "rak_charge_write"
LACKS = f'the key of stripe lacks {SESSIONS} for "create": payments_doctor stripe says what to do'


@pytest.fixture(autouse=True)
def _managers(settings: Settings) -> None:
    names = ["ann@example.com"] if django.VERSION >= (6,) else [("Ann", "ann@example.com")]
    settings.MANAGERS = names


def restricted(shop: Shop) -> None:
    """Its key may look at sessions and open none."""
    shop.takes_key(shop.merchant.restricted_key)
    shop.fake.deny(shop.merchant.restricted_key, SESSIONS, on="POST /v1/checkout/sessions")


def unrestricted(shop: Shop) -> None:
    shop.takes_key(shop.merchant.key)


def standing() -> list[tuple[str, str]]:
    return [(each.verb, each.lacks) for each in key_troubles()]


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    told = [each for each in caplog.records if each.name == "till.payments"]
    return [each.getMessage() for each in told if each.levelno == logging.ERROR]


def test_a_key_that_may_not_open_sessions_is_logged_with_what_it_lacks(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    restricted(shop)

    shop.orders()

    assert errors(caplog) == [LACKS]
    assert shop.merchant.restricted_key not in caplog.text


def test_it_is_logged_once_however_many_order(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    restricted(shop)

    for _ in range(3):
        shop.orders()

    assert errors(caplog) == [LACKS]


def test_a_key_that_comes_and_goes_is_logged_once_a_minute(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        restricted(shop)
        shop.orders()
        unrestricted(shop)
        shop.orders()

    assert errors(caplog) == [LACKS]


def test_it_stands_although_the_list_of_events_is_read(shop: Shop) -> None:
    restricted(shop)
    shop.orders()

    read_feeds()

    assert standing() == [("create", SESSIONS)]


def test_it_is_over_once_a_session_is_opened(shop: Shop) -> None:
    restricted(shop)
    shop.orders()

    unrestricted(shop)
    shop.orders()

    assert standing() == []
    assert not ProviderAccount.objects.get().key_refused


def test_an_account_that_was_not_told_of_it_is_with_the_next_refusal(shop: Shop) -> None:
    restricted(shop)
    shop.orders()
    ProviderAccount.objects.update(key_refused=False)  # as where a worker died in between
    forget_accounts()

    shop.orders()

    assert ProviderAccount.objects.get().key_refused


def test_it_is_over_with_another_key_that_is_kept(shop: Shop) -> None:
    restricted(shop)
    shop.orders()

    renew_secrets(account_id=shop.account.pk, given={"secret_key": shop.merchant.key})

    assert standing() == []


def test_it_stands_where_the_signing_secret_was_renewed(shop: Shop) -> None:
    restricted(shop)
    shop.orders()

    renew_secrets(account_id=shop.account.pk, given={"webhook_secret": "whsec_new"})

    assert standing() == [("create", SESSIONS)]


def test_what_it_lacks_after_that_was_given_is_told_instead(shop: Shop) -> None:
    KeyTrouble.objects.create(account=shop.account, verb="create", lacks="rak_customer_write")
    restricted(shop)

    shop.orders()

    assert standing() == [("create", SESSIONS)]


def test_a_revoked_key_is_over_with_any_call_that_goes_through(shop: Shop) -> None:
    new = shop.fake.roll_key(shop.merchant.key)
    shop.orders()
    assert standing() == [("", "")]

    shop.takes_key(new)
    read_feeds()

    assert standing() == []


def test_a_refund_that_the_key_may_not_make_is_noted_too(shop: Shop) -> None:
    shop.sells()
    shop.asks_back()
    shop.takes_key(shop.merchant.restricted_key)
    shop.fake.deny(shop.merchant.restricted_key, REFUNDS, on="POST /v1/refunds")

    work()

    assert standing() == [("refund", REFUNDS)]


def test_managers_are_mailed_once_what_the_key_lacks(shop: Shop) -> None:
    restricted(shop)
    shop.orders()

    assert (alert_of_refused_keys(), alert_of_refused_keys()) == (1, 0)

    (sent,) = mail.outbox
    assert f"stripe: the key may not open payments: it lacks {SESSIONS}" in sent.body
    assert shop.merchant.restricted_key not in sent.body


def test_managers_are_mailed_once_a_day_of_what_comes_and_goes(shop: Shop) -> None:
    for takes in (restricted, unrestricted, restricted):
        takes(shop)
        shop.orders()
        alert_of_refused_keys()
    assert len(mail.outbox) == 1

    with later(A_DAY):
        assert alert_of_refused_keys() == 1


def test_managers_are_mailed_of_a_key_that_is_not_taken(shop: Shop) -> None:
    shop.fake.roll_key(shop.merchant.key)
    shop.orders()

    alert_of_refused_keys()

    assert "stripe: the key is not taken" in mail.outbox[0].body


def test_a_mail_that_fails_is_sent_the_next_time(shop: Shop, settings: Settings) -> None:
    restricted(shop)
    shop.orders()
    settings.EMAIL_BACKEND = "tests.orders.broken_mail.BrokenBackend"
    alert_of_refused_keys()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert alert_of_refused_keys() == 1


def test_nobody_is_mailed_of_a_key_that_is_taken_again(shop: Shop) -> None:
    restricted(shop)
    shop.orders()
    unrestricted(shop)
    shop.orders()

    assert alert_of_refused_keys() == 0
    assert not mail.outbox


def test_a_call_that_goes_well_asks_nothing_about_keys(shop: Shop) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        shop.sells()

    assert not [each["sql"] for each in asked if "keytrouble" in each["sql"]]
    assert not [each["sql"] for each in asked if 'SET "key_refused"' in each["sql"]]


def test_it_is_logged_anew_a_minute_later(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    restricted(shop)
    shop.orders()
    unrestricted(shop)
    shop.orders()

    restricted(shop)
    with later(2 * A_MINUTE):
        shop.orders()

    assert errors(caplog) == [LACKS, LACKS]
