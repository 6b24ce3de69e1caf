"""Removed cards are let go by their providers in their turn; staff hear of those that stay."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

import django
import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError
from pytest_django import Settings

from orders.clock import now
from orders.errors import Unforeseen
from payments.models import Attempt, ProviderAccount, SavedMethod
from payments.monitoring.report import look
from payments.providers.base import SavedMethodSeen
from payments.providers.errors import NotAuthorized
from payments.providers.sandbox.provider import SandboxProvider
from payments.queries import LONGEST_STAY
from payments.services.alert_cards import alert_of_staying_cards
from payments.services.forget_method import BATCH, forget_removed_methods, remove_method
from tests.factories import UserFactory, an_account, an_attempt, an_order, captured, later
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db
SEEN = SavedMethodSeen("card_1", "Visa", "4242")


class Bank(SandboxProvider):
    """Lets go of every card but some."""

    let_go: ClassVar[list[str]] = []

    def forget_method(self, saved_method: str, key: str) -> None:
        if saved_method.startswith("forbidden"):
            raise NotAuthorized("the key may not detach")
        if saved_method.startswith("broken"):
            raise KeyError(saved_method)
        if saved_method.startswith("slow"):
            forget_removed_methods()  # the sweep comes while the answer is waited for
        self.let_go.append(key)


@pytest.fixture(autouse=True)
def _bank(settings: Settings) -> None:
    Bank.let_go.clear()
    settings.PAYMENTS = settings.PAYMENTS | {"providers": {"sandbox": f"{__name__}.Bank"}}
    names = ["ann@example.com"] if django.VERSION >= (6,) else [("Ann", "ann@example.com")]
    settings.MANAGERS = names


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


@pytest.fixture
def alice() -> User:
    user: User = UserFactory.create()
    return user


def removed(account: ProviderAccount, *names: str) -> None:
    SavedMethod.objects.bulk_create(
        SavedMethod(
            account=account, method="card", provider_id=name, last4="4242", removed_at=now()
        )
        for name in names
    )


def sweep() -> None:
    with suppress(Unforeseen):
        forget_removed_methods()


def forgotten() -> set[str]:
    rows = SavedMethod.objects.filter(forgotten_at__isnull=False)
    return set(rows.values_list("provider_id", flat=True))


def test_a_hundred_that_cannot_go_hold_back_no_other(account: ProviderAccount) -> None:
    removed(account, *(f"forbidden_{n}" for n in range(BATCH)), "card_1")

    assert [forget_removed_methods() for _ in range(3)] == [BATCH, 1, 0]

    assert forgotten() == {"card_1"}


@pytest.mark.parametrize("name", ["forbidden_1", "broken_1"])
def test_one_that_does_not_go_is_tried_again_after_a_pause(
    account: ProviderAccount, name: str
) -> None:
    removed(account, name, "card_1")

    sweep()

    assert forgotten() == {"card_1"}
    assert forget_removed_methods() == 0
    with later(timedelta(minutes=11)), suppress(Unforeseen):
        assert forget_removed_methods() == 1


def test_what_one_worker_is_at_is_left_alone_by_the_others(account: ProviderAccount) -> None:
    removed(account, "slow_1")

    forget_removed_methods()

    assert len(Bank.let_go) == 1
    assert forgotten() == {"slow_1"}


def test_one_of_an_account_that_is_not_served_is_put_off(account: ProviderAccount) -> None:
    removed(an_account(code="gone", provider="gone"), "card_1")

    assert [forget_removed_methods() for _ in range(2)] == [1, 0]


def test_the_log_says_which_card_stays_where_and_why(
    account: ProviderAccount, caplog: pytest.LogCaptureFixture
) -> None:
    removed(account, "forbidden_1")

    forget_removed_methods()

    assert "forbidden_1 at sandbox is not let go yet: the key may not detach" in caplog.text


def test_a_row_that_was_let_go_cannot_tell_of_its_card(account: ProviderAccount) -> None:
    removed(account, "card_1")

    with pytest.raises(IntegrityError, match="saved_method_forgotten_tells_nothing"):
        SavedMethod.objects.update(forgotten_at=now())


def keeps(user: User, account: ProviderAccount) -> Attempt:
    """A purchase whose shopper agrees that the card is kept; the bank names it always the same."""
    attempt = an_attempt(an_order(user_id=user.pk), account)
    attempt.save_method = True
    attempt.save(update_fields=["save_method"])
    apply(attempt, captured(attempt, saved_method=SEEN))
    return attempt


def offered(user: User) -> list[str]:
    kept = SavedMethod.objects.filter(user=user, removed_at=None)
    return list(kept.values_list("last4", flat=True))


def test_whoever_agrees_anew_is_offered_the_same_card_again(
    account: ProviderAccount, alice: User
) -> None:
    keeps(alice, account)
    remove_method(user_id=alice.pk, token=SavedMethod.objects.get().token)
    forget_removed_methods()

    keeps(alice, account)

    assert offered(alice) == ["4242"]


def test_a_card_that_was_kept_anew_is_let_go_by_a_key_of_its_own(
    account: ProviderAccount, alice: User
) -> None:
    for _ in range(2):
        keeps(alice, account)
        remove_method(user_id=alice.pk, token=SavedMethod.objects.get().token)
        forget_removed_methods()

    assert len(set(Bank.let_go)) == 2


def test_who_agreed_before_the_removal_has_not_agreed_anew(
    account: ProviderAccount, alice: User
) -> None:
    first = keeps(alice, account)
    remove_method(user_id=alice.pk, token=SavedMethod.objects.get().token)

    apply(first, captured(first, saved_method=SEEN))

    assert offered(alice) == []


def staying(account: ProviderAccount) -> None:
    removed(account, "forbidden_1")
    SavedMethod.objects.update(removed_at=now() - LONGEST_STAY - timedelta(minutes=1))


def test_staff_are_told_once_of_a_card_that_stays(account: ProviderAccount) -> None:
    staying(account)

    assert [alert_of_staying_cards() for _ in range(2)] == [1, 0]

    (sent,) = mail.outbox
    assert "sandbox: 1" in sent.body


def test_a_mail_about_them_that_fails_is_sent_the_next_time(
    account: ProviderAccount, settings: Settings
) -> None:
    staying(account)
    settings.EMAIL_BACKEND = "tests.orders.broken_mail.BrokenBackend"
    alert_of_staying_cards()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert alert_of_staying_cards() == 1


def test_the_report_names_a_card_that_stays(account: ProviderAccount) -> None:
    staying(account)

    (problem,) = look().problems
    assert problem.startswith("saved cards of sandbox: 1 removed and still kept by the provider")


def test_a_provider_that_is_away_for_two_days_is_no_problem_yet(account: ProviderAccount) -> None:
    removed(account, "forbidden_1")

    with later(timedelta(days=2)):
        assert look().attention.staying_cards == {}
        assert alert_of_staying_cards() == 0


def test_a_copy_of_the_live_shop_says_nothing_of_cards_that_it_cannot_let_go(
    account: ProviderAccount,
) -> None:
    staying(account)
    ProviderAccount.objects.update(mode="live")

    assert look().attention.staying_cards == {}
