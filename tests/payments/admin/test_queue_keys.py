"""The queue names each account whose key its provider does not take, until a call goes through."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from payments.models import ProviderAccount
from payments.providers.errors import KeyRefusal, NotAuthorized
from payments.services.key_trouble import note_refused, note_taken
from tests.factories import an_account
from tests.payments.admin.cast import staff
from tests.payments.admin.waiting import QUEUE, SEE_REVIEWS, sections, titles

pytestmark = pytest.mark.django_db
SEE_ACCOUNTS = "payments.view_provideraccount"
REVOKED = NotAuthorized("answered 401", KeyRefusal("api_key_expired"))
LACKING = NotAuthorized("answered 403", KeyRefusal(restricted=True, lacks="rak_charge_write"))


def refused(error: NotAuthorized = REVOKED, verb: str = "create") -> ProviderAccount:
    account = an_account()
    note_refused(account, verb, error)
    return account


def test_a_key_that_is_not_taken_needs_somebody() -> None:
    refused()

    assert titles([SEE_ACCOUNTS]) == ["The provider does not take the key of sandbox"]


def test_a_permission_that_lacks_needs_somebody_who_reads_which() -> None:
    refused(LACKING, "refund")

    page = staff(SEE_ACCOUNTS).get(QUEUE).content.decode()

    assert "The key of sandbox may not refund" in page
    assert "it lacks rak_charge_write" in page


def test_the_row_leads_to_the_account_and_says_what_to_run() -> None:
    account = refused()

    page = staff(SEE_ACCOUNTS).get(QUEUE).content.decode()

    assert reverse("admin:payments_provideraccount_change", args=[account.pk]) in page
    assert "Run “manage.py payments_doctor sandbox”" in page


def test_it_needs_nobody_once_a_call_went_through() -> None:
    account = refused()

    note_taken(account, "query")

    assert sections(SEE_ACCOUNTS) == []


def test_an_account_that_is_switched_off_needs_nobody() -> None:
    account = refused()
    ProviderAccount.objects.filter(pk=account.pk).update(active=False)

    assert sections(SEE_ACCOUNTS) == []


def test_who_may_not_see_accounts_reads_nothing_of_keys() -> None:
    refused()

    assert sections(SEE_REVIEWS) == []


def test_the_section_costs_the_same_however_many_keys_are_refused(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    account = refused()
    for verb in ("create", "refund", "query"):
        note_refused(account, verb, LACKING)
    clerk = staff(SEE_ACCOUNTS)

    with django_assert_num_queries(5):  # four of the clerk, rows
        clerk.get(QUEUE)
