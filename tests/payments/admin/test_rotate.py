"""Rotating a webhook address from the admin and by command; refusals on the account's page."""

from __future__ import annotations

import getpass
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from orders.clock import now
from payments.models import ProviderAccount, Refusal
from payments.services.rotate import rotate_webhook
from tests.factories import an_account
from tests.payments.admin.cast import KEPT, staff

pytestmark = pytest.mark.django_db
SEE, ROTATE = "payments.view_provideraccount", "payments.rotate_webhook"
CHANGE = "payments.change_provideraccount"


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


def url(account: ProviderAccount, name: str = "change") -> str:
    return reverse(f"admin:payments_provideraccount_{name}", args=[account.pk])


def page(client: Client, account: ProviderAccount, name: str = "change") -> str:
    return client.get(url(account, name)).content.decode()


def test_a_rotation_is_explained_made_and_noted(account: ProviderAccount) -> None:
    clerk = staff(SEE, ROTATE)
    assert "stay good for seven days" in page(clerk, account, "rotate")

    answer = clerk.post(url(account, "rotate"), {"secret_webhook_secret": "whsec-new"})

    assert answer.headers["Location"] == url(account)
    rotated = ProviderAccount.objects.get()
    assert rotated.old_hook_token == account.hook_token
    assert rotated.for_provider().secrets["webhook_secret"] == "whsec-new"
    noted = LogEntry.objects.get().get_change_message()
    assert noted.startswith("Rotated the webhook address; the old one is good until")
    assert "whsec-new" not in noted


def test_the_account_shows_both_addresses_meanwhile(account: ProviderAccount) -> None:
    rotated = rotate_webhook(account_id=account.pk, secrets={})

    shown = page(staff(SEE), account)

    assert account.hook_token in shown
    assert rotated.hook_token in shown
    assert "good until" in shown


def test_a_second_click_rotates_nothing(account: ProviderAccount) -> None:
    clerk = staff(SEE, ROTATE)
    clerk.post(url(account, "rotate"))

    shown = clerk.post(url(account, "rotate"), follow=True).content.decode()

    assert "The last rotation is under way until" in shown
    assert ProviderAccount.objects.get().old_hook_token == account.hook_token
    assert LogEntry.objects.count() == 1


def test_the_old_ones_can_be_ended_early(account: ProviderAccount) -> None:
    rotate_webhook(account_id=account.pk, secrets={})
    clerk = staff(SEE, ROTATE)
    assert 'name="end"' in page(clerk, account, "rotate")

    clerk.post(url(account, "rotate"), {"end": "now"})

    assert not ProviderAccount.objects.get().rotating
    assert LogEntry.objects.get().get_change_message().startswith("Ended the old")


@pytest.mark.parametrize("may", [(SEE, CHANGE), (ROTATE,)], ids=str)
def test_who_may_not_rotate_is_refused(account: ProviderAccount, may: tuple[str, ...]) -> None:
    clerk = staff(*may)

    assert clerk.post(url(account, "rotate")).status_code == 403
    assert url(account, "rotate") not in page(clerk, account)
    assert ProviderAccount.objects.get().hook_token == account.hook_token


def test_a_secret_typed_on_the_accounts_page_keeps_the_old_one_during_a_rotation(
    account: ProviderAccount,
) -> None:
    rotate_webhook(account_id=account.pk, secrets={})

    staff(SEE, CHANGE).post(url(account), KEPT | {"secret_webhook_secret": "whsec-new"})

    before = ProviderAccount.objects.get().before_rotation()
    assert before
    assert before.secrets["webhook_secret"] == "whsec"


def test_refusals_of_the_last_days_stand_on_the_accounts_page(account: ProviderAccount) -> None:
    today = now().date()
    Refusal.objects.create(account=account, reason="signature", day=today, count=4213)

    shown = page(staff(SEE), account)

    assert "its signature does not match: 4213, the last at" in shown


def command(*args: str) -> str:
    out = io.StringIO()
    call_command("rotate_webhook", *args, stdout=out)
    return out.getvalue()


def test_the_command_shows_the_new_address(account: ProviderAccount) -> None:
    said = command("sandbox")

    rotated = ProviderAccount.objects.get()
    assert rotated.old_hook_token == account.hook_token
    assert reverse("payments:hook", args=[rotated.hook_token]) in said


def test_the_command_asks_for_the_secret_unseen(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: "whsec-new")

    assert "whsec-new" not in command("sandbox", "--secret")
    assert ProviderAccount.objects.get().for_provider().secrets["webhook_secret"] == "whsec-new"


def test_the_command_ends_a_rotation(account: ProviderAccount) -> None:
    command("sandbox")
    command("sandbox", "--end")

    assert not ProviderAccount.objects.get().rotating


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["bank"], "No account 'bank'. There are: sandbox."),
        (["sandbox"], "Nothing was changed: the last rotation is under way until"),
    ],
)
def test_the_command_says_why_it_does_nothing(
    account: ProviderAccount, args: list[str], reason: str
) -> None:
    rotate_webhook(account_id=account.pk, secrets={})

    with pytest.raises(CommandError, match=reason):
        command(*args)


def test_nothing_is_ended_twice(account: ProviderAccount) -> None:
    with pytest.raises(CommandError, match="no rotation is under way"):
        command("sandbox", "--end")
