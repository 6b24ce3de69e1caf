"""A card that is kept again is offered once: the newer takes the place of the older."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from payments.models import Attempt, ProviderAccount, SavedMethod
from payments.providers.base import SavedMethodSeen
from tests.factories import UserFactory, an_account, an_attempt, an_order, captured
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db
OLD = SavedMethodSeen("cus_1/pm_1", "visa", "4242", "same")
NEW = replace(OLD, provider_id="cus_2/pm_2")


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


@pytest.fixture
def alice() -> User:
    user: User = UserFactory.create()
    return user


def keeps(user: User, seen: SavedMethodSeen, account: ProviderAccount) -> Attempt:
    """She pays another order and has the card of it kept."""
    attempt = an_attempt(an_order(user_id=user.pk), account=account)
    Attempt.objects.filter(pk=attempt.pk).update(save_method=True)
    tells(attempt, seen)
    return attempt


def tells(attempt: Attempt, seen: SavedMethodSeen) -> None:
    apply(attempt, replace(captured(attempt), saved_method=seen))


def offered() -> list[str]:
    kept = SavedMethod.objects.filter(removed_at=None).order_by("pk")
    return list(kept.values_list("provider_id", flat=True))


def test_the_same_card_kept_again_takes_the_place_of_the_older(
    account: ProviderAccount, alice: User
) -> None:
    for seen in (OLD, NEW):
        keeps(alice, seen, account)

    assert offered() == [NEW.provider_id]


def test_a_card_kept_before_its_fingerprint_was_told_gives_way_too(
    account: ProviderAccount, alice: User
) -> None:
    older = keeps(alice, replace(OLD, fingerprint=""), account)
    tells(older, OLD)

    keeps(alice, NEW, account)

    assert offered() == [NEW.provider_id]


def test_a_late_word_of_the_older_order_brings_neither_back(
    account: ProviderAccount, alice: User
) -> None:
    older = keeps(alice, OLD, account)
    newer = keeps(alice, NEW, account)

    tells(older, OLD)
    tells(newer, NEW)

    assert offered() == [NEW.provider_id]


def test_another_card_of_the_same_digits_stays(account: ProviderAccount, alice: User) -> None:
    other = replace(NEW, fingerprint="another")
    for seen in (OLD, other):
        keeps(alice, seen, account)

    assert offered() == [OLD.provider_id, other.provider_id]


def test_cards_of_which_nothing_is_told_stay(account: ProviderAccount, alice: User) -> None:
    silent = [replace(seen, fingerprint="") for seen in (OLD, NEW)]
    for seen in silent:
        keeps(alice, seen, account)

    assert offered() == [OLD.provider_id, NEW.provider_id]


def test_the_same_card_of_another_shopper_or_account_stays(
    account: ProviderAccount, alice: User
) -> None:
    keeps(UserFactory.create(), OLD, account)
    keeps(alice, OLD, an_account(code="second"))

    keeps(alice, NEW, account)

    assert offered() == [OLD.provider_id, OLD.provider_id, NEW.provider_id]
