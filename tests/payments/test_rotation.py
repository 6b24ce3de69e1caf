"""Two live webhook addresses and secrets: what is let in before, during and after a rotation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import registry
from payments.errors import RotationRefused
from payments.models import Attempt, InboxEvent, ProviderAccount
from payments.services.rotate import (
    BOTH_FOR,
    end_rotation,
    forget_replaced_secrets,
    replace_secrets,
    rotate_webhook,
)
from payments.vault import seal
from tests.factories import an_attempt, later
from tests.payments.sending import a_body, path_of, send

pytestmark = pytest.mark.django_db
NEW = {"webhook_secret": "new"}
PAST = BOTH_FOR + timedelta(seconds=1)


@pytest.fixture
def attempt() -> Attempt:
    """An attempt, with its account as it was before any rotation."""
    attempt = an_attempt()
    assert not attempt.account.rotating
    return attempt


@pytest.fixture
def rotated(attempt: Attempt) -> ProviderAccount:
    return rotate_webhook(account_id=attempt.account_id, secrets=NEW)


@pytest.mark.parametrize("secret", ["whsec", "new"])
def test_for_seven_days_each_address_takes_each_secret(
    attempt: Attempt, rotated: ProviderAccount, secret: str
) -> None:
    paths = [path_of(attempt.account), path_of(rotated)]

    with later(BOTH_FOR - timedelta(seconds=1)):
        answers = [send(attempt, a_body(attempt), path=path, secret=secret) for path in paths]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(set(paths)) == 2


def test_a_forgery_is_refused_under_both_secrets(
    attempt: Attempt, rotated: ProviderAccount
) -> None:
    answer = send(attempt, a_body(attempt), secret="forged")

    assert (answer.status_code, answer.content) == (400, b"signature does not match")
    assert not InboxEvent.objects.exists()


def test_after_seven_days_the_old_address_is_not_found(
    attempt: Attempt, rotated: ProviderAccount
) -> None:
    with later(PAST):
        answer = send(attempt, a_body(attempt), path=path_of(attempt.account), secret="new")

    assert answer.status_code == 404


def test_after_seven_days_the_old_secret_is_refused(
    attempt: Attempt, rotated: ProviderAccount
) -> None:
    with later(PAST):
        answer = send(attempt, a_body(attempt), path=path_of(rotated), secret="whsec")

    assert answer.status_code == 400


def test_an_ended_rotation_refuses_the_old_address_and_secret(
    attempt: Attempt, rotated: ProviderAccount
) -> None:
    end_rotation(account_id=rotated.pk)

    body, new, old = a_body(attempt), path_of(rotated), path_of(attempt.account)
    assert send(attempt, body, path=old, secret="new").status_code == 404
    assert send(attempt, body, path=new, secret="whsec").status_code == 400
    assert send(attempt, body, path=new, secret="new").status_code == 200


def test_a_second_rotation_waits_for_the_first(rotated: ProviderAccount) -> None:
    with pytest.raises(RotationRefused, match="under way until"):
        rotate_webhook(account_id=rotated.pk, secrets={})

    assert ProviderAccount.objects.get().hook_token == rotated.hook_token


def test_a_rotation_can_follow_once_the_first_is_over(rotated: ProviderAccount) -> None:
    with later(PAST):
        again = rotate_webhook(account_id=rotated.pk, secrets={})

        assert again.old_hook_token == rotated.hook_token
        assert again.before_rotation() is None


def test_nothing_is_ended_where_nothing_is_rotated(attempt: Attempt) -> None:
    with pytest.raises(RotationRefused):
        end_rotation(account_id=attempt.account_id)


def test_a_secret_that_comes_after_its_address_leaves_the_old_one_good(attempt: Attempt) -> None:
    account = rotate_webhook(account_id=attempt.account_id, secrets={})
    replace_secrets(account, NEW)
    account.save()

    for secret in ("whsec", "new"):
        assert send(attempt, a_body(attempt), secret=secret).status_code == 200


def test_a_secret_typed_twice_keeps_the_one_from_before_the_rotation(
    attempt: Attempt, rotated: ProviderAccount
) -> None:
    replace_secrets(rotated, {"webhook_secret": "typed again"})
    rotated.save()

    assert send(attempt, a_body(attempt), secret="whsec").status_code == 200
    assert send(attempt, a_body(attempt), secret="typed again").status_code == 200
    assert send(attempt, a_body(attempt), secret="new").status_code == 400


def test_without_a_rotation_a_replaced_secret_is_refused_at_once(attempt: Attempt) -> None:
    account = ProviderAccount.objects.get()
    replace_secrets(account, NEW)
    account.save()

    assert send(attempt, a_body(attempt), secret="whsec").status_code == 400


def test_no_other_secret_is_kept_by_a_rotation(rotated: ProviderAccount) -> None:
    replace_secrets(rotated, {"api_key": "newer"})

    before = rotated.before_rotation()
    assert before
    assert before.secrets == {"api_key": "newer", "webhook_secret": "whsec"}


def test_once_it_is_over_the_replaced_secret_is_thrown_away(rotated: ProviderAccount) -> None:
    forget_replaced_secrets()
    assert ProviderAccount.objects.get().old_sealed_secrets

    with later(PAST):
        forget_replaced_secrets()

    account = ProviderAccount.objects.get()
    assert (account.old_sealed_secrets, account.old_hook_token) == ("", None)
    assert account.hook_token == rotated.hook_token


def another_process_sets(secret: str) -> None:
    """Past the cache of this process, which no signal of another process reaches."""
    sealed = seal({"api_key": "key", "webhook_secret": secret})
    ProviderAccount.objects.update(sealed_secrets=sealed)


def test_a_secret_changed_by_another_process_counts_at_once(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "FRESH_SECONDS", 0)
    registry.accounts()
    another_process_sets("newest")

    assert send(attempt, a_body(attempt), secret="newest").status_code == 200


def test_a_flood_of_forgeries_does_not_read_the_account_each_time(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.accounts()
    another_process_sets("newest")

    answer = send(attempt, a_body(attempt), secret="newest")  # read less than a second ago

    assert answer.status_code == 400
