"""Provider accounts in the admin: secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from orders.clock import now
from orders.money import Money
from payments.models import DayBalance, ProviderAccount
from payments.models.settlement import FileState
from payments.registry import payment_options
from payments.services.rotate import rotate_webhook
from tests.factories import an_account
from tests.payments.admin.cast import KEPT, staff
from tests.payments.disagreeing import a_file

pytestmark = pytest.mark.django_db
SECRETS = {"api_key": "key-never-shown", "webhook_secret": "whsec-never-shown"}


@pytest.fixture
def account() -> ProviderAccount:
    account = an_account(base_url="http://127.0.0.1:9")
    account.set_secrets(SECRETS)
    account.save()
    return account


def url(account: ProviderAccount) -> str:
    return reverse("admin:payments_provideraccount_change", args=[account.pk])


def a_closed_day(account: ProviderAccount) -> DayBalance:
    figures = {"ours": 0, "theirs": 0, "files": 0, "last_entry": 0, "written_at": now()}
    day = now().date()
    return DayBalance.objects.create(account=account, currency="GBP", day=day, **figures)


def send(client: Client, account: ProviderAccount, **given: str) -> int:
    secrets = {"secret_api_key": "", "secret_webhook_secret": ""}
    return client.post(url(account), KEPT | secrets | given).status_code


def test_secrets_are_never_in_the_page(admin_client: Client, account: ProviderAccount) -> None:
    page = admin_client.get(url(account)).content.decode()

    assert 'name="secret_api_key"' in page
    assert "never-shown" not in page
    assert account.sealed_secrets not in page


def test_a_refused_form_does_not_give_a_typed_secret_back(
    admin_client: Client, account: ProviderAccount
) -> None:
    data = {"code": "", "secret_api_key": "typed-secret"}

    assert "typed-secret" not in admin_client.post(url(account), data).content.decode()


def test_an_empty_field_keeps_the_secret(admin_client: Client, account: ProviderAccount) -> None:
    assert send(admin_client, account, code="bank", active="") == 302

    account.refresh_from_db()
    assert (account.code, account.active) == ("bank", False)
    assert account.for_provider().secrets == SECRETS


def test_stored_secrets_are_sent_nowhere_else(
    admin_client: Client, account: ProviderAccount
) -> None:
    before = account.for_provider()
    elsewhere = {"base_url": "https://eve.example", "merchant_id": "mer_eve", "mode": "live"}

    assert send(admin_client, account, provider="eve", **elsewhere) == 302

    account.refresh_from_db()
    assert (account.for_provider(), account.provider) == (before, "sandbox")


def test_a_filled_field_replaces_its_secret_only(
    admin_client: Client, account: ProviderAccount
) -> None:
    send(admin_client, account, secret_api_key="new-key")

    account.refresh_from_db()
    assert account.for_provider().secrets == SECRETS | {"api_key": "new-key"}
    assert "new-key" not in LogEntry.objects.get().change_message


def test_a_secret_saved_beside_a_rotation_keeps_what_the_rotation_brought(
    admin_client: Client, account: ProviderAccount
) -> None:
    def rotated_meanwhile(**_signal: object) -> None:
        pre_save.disconnect(rotated_meanwhile, sender=ProviderAccount)
        rotate_webhook(account_id=account.pk, secrets={"webhook_secret": "rotated"})

    pre_save.connect(rotated_meanwhile, sender=ProviderAccount)

    send(admin_client, account, secret_api_key="new-key")

    kept = ProviderAccount.objects.get()
    assert kept.for_provider().secrets == {"api_key": "new-key", "webhook_secret": "rotated"}
    before = kept.before_rotation()
    assert before
    assert before.secrets["webhook_secret"] == "whsec-never-shown"


def test_secrets_that_no_key_opens_are_named_as_such(
    admin_client: Client, account: ProviderAccount
) -> None:
    ProviderAccount.objects.update(sealed_secrets="sealed with a lost key")

    page = admin_client.get(url(account)).content.decode()

    assert "opens them" in page
    assert "secret_api_key" not in page
    assert send(admin_client, account, active="") == 302


def test_the_webhook_address_is_there_to_copy(
    admin_client: Client, account: ProviderAccount
) -> None:
    where = reverse("payments:hook", args=[account.hook_token])

    assert where in admin_client.get(url(account)).content.decode()


def test_an_account_is_neither_added_nor_deleted_by_hand(
    admin_client: Client, account: ProviderAccount
) -> None:
    for name, args in (("add", []), ("delete", [account.pk])):
        page = reverse(f"admin:payments_provideraccount_{name}", args=args)
        assert admin_client.post(page, {"post": "yes"}).status_code == 403
    assert ProviderAccount.objects.count() == 1


def test_the_windows_of_reports_are_the_accounts_own(
    admin_client: Client, account: ProviderAccount
) -> None:
    given = {"report_zone": "Asia/Shanghai", "settlement_days": "1", "payout_days": "2"}

    assert send(admin_client, account, **given) == 302

    account.refresh_from_db()
    kept = account.report_zone, account.settlement_days, account.payout_days
    assert kept == ("Asia/Shanghai", 1, 2)


@pytest.mark.parametrize("counts", [a_file, a_closed_day])
def test_the_zone_stays_once_days_were_counted_by_it(
    admin_client: Client, account: ProviderAccount, counts: Callable[..., object]
) -> None:
    counts(account=account)

    assert send(admin_client, account, report_zone="Asia/Shanghai", payout_days="2") == 302

    account.refresh_from_db()
    assert (account.report_zone, account.payout_days) == ("UTC", 2)


def test_a_zone_that_was_wrong_is_mended_once_its_report_is_taken_back(
    admin_client: Client, account: ProviderAccount
) -> None:
    a_file(account=account, state=FileState.REPLACED)

    send(admin_client, account, report_zone="Asia/Shanghai")

    account.refresh_from_db()
    assert account.report_zone == "Asia/Shanghai"


def test_a_zone_that_nobody_knows_is_refused(
    admin_client: Client, account: ProviderAccount
) -> None:
    assert send(admin_client, account, report_zone="Mars/Olympus") == 200


def test_what_a_capture_should_cost_is_kept_with_the_account(
    admin_client: Client, account: ProviderAccount
) -> None:
    rule = {"currency": "GBP", "percent": "1.4", "fixed": "20", "tolerance": "1"}
    typed = {f"fee_rules-0-{name}": value for name, value in rule.items()}

    assert send(admin_client, account, **typed, **{"fee_rules-TOTAL_FORMS": "1"}) == 302

    assert str(account.fee_rules.get()) == "1.4000 % + 20.00"


def test_staff_see_what_the_account_has_and_withhold_some_of_it(
    admin_client: Client, account: ProviderAccount
) -> None:
    page = admin_client.get(url(account)).text
    assert all(f'value="{each}"' in page for each in ("card", "wallet", "qr", "bank_debit"))

    admin_client.post(url(account), KEPT | {"code": "bank", "offered": ["card", "qr"]})

    account.refresh_from_db()
    assert account.withheld == ["wallet", "bank_debit"]
    assert [each.method for each in payment_options(Money(6000, "GBP"))] == ["card", "qr"]


def test_what_the_account_has_not_now_stays_withheld(
    admin_client: Client, account: ProviderAccount
) -> None:
    ProviderAccount.objects.update(methods={"card": [], "qr": []}, withheld=["wallet", "qr"])

    admin_client.post(url(account), KEPT | {"code": "bank", "offered": ["card", "qr"]})

    account.refresh_from_db()
    assert account.withheld == ["wallet"]


def test_what_the_account_has_not_cannot_be_offered(
    admin_client: Client, account: ProviderAccount
) -> None:
    ProviderAccount.objects.update(methods={"card": []})

    page = admin_client.post(url(account), KEPT | {"code": "bank", "offered": ["qr"]})

    assert page.status_code == 200
    account.refresh_from_db()
    assert account.withheld == []


def test_who_may_only_look_sees_what_is_on_offer(account: ProviderAccount) -> None:
    ProviderAccount.objects.update(
        provider="stripe", methods={"card": [], "alipay": ["CNY", "GBP"]}, withheld=["card"]
    )

    page = staff("payments.view_provideraccount").get(url(account)).text

    assert "Alipay (CNY, GBP)" in page
    assert 'name="offered"' not in page
