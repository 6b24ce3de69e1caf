"""What adapters say of a failed call is told in the reader's language; codes stay as they are."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from payments.messages import in_words, why
from payments.models import Payment, ProviderAccount, ProviderCall
from payments.models.records import CallResult
from payments.providers.errors import BadAnswer, NotFound
from payments.timeline import Kind, timeline
from tests.factories import an_account, an_attempt

SAID = [  # what an adapter says, the code in it, and a word of its frame
    ("answered 401 api_key_expired", "401 api_key_expired", "answered"),
    ("answered 403 forbidden: the key lacks rak_charge_write", "rak_charge_write", "lacks"),
    (str(NotFound("session")), "session", "unknown"),
    (str(BadAnswer("currency is not a currency")), "currency is not a currency", "malformed"),
    ("session: the secret key is of the other mode", "session", "other mode"),
    ("no connection in time", "", "connection"),
]


@pytest.mark.parametrize(("said", "code", "frame"), SAID)
def test_the_frame_is_translated_and_the_code_is_not(said: str, code: str, frame: str) -> None:
    with translation.override("zh-hans"):
        words = in_words(said)

    assert code in words
    assert frame not in words


@pytest.mark.parametrize("said", [*(each for each, *_ in SAID), "insufficient_funds"])
def test_in_english_it_reads_as_it_was_kept(said: str) -> None:
    assert in_words(said) == said


def test_a_code_alone_stays_as_it_is() -> None:
    with translation.override("zh-hans"):
        assert in_words("insufficient_funds") == "insufficient_funds"


def test_why_an_attempt_failed_is_told_so_too() -> None:
    with translation.override("zh-hans"):
        told = why("provider_down", "answered 401 api_key_expired")

    assert told.endswith("(返回 401 api_key_expired)")


@pytest.mark.django_db
def test_a_call_in_the_story_of_an_order_is_told_so() -> None:
    attempt = an_attempt()
    kept = {"error": "unknown reference session"}
    told = {"account": attempt.account, "attempt": attempt, "verb": "query", "milliseconds": 5}
    ProviderCall.objects.create(**told, result=CallResult.TECHNICAL, evidence=kept)

    with translation.override("zh-hans"):
        story = timeline(attempt.payment.order, Payment.objects.get())

    (call,) = [it for it in story if it.kind == Kind.CALL]
    assert call.detail.endswith("未知编号 session")
    assert "error" not in call.detail


@pytest.mark.django_db
def test_the_keys_of_an_account_are_named_in_the_language_of_staff(admin_client: Client) -> None:
    account = an_account()
    account.set_secrets({"secret_key": "sk_test_1", "publishable_key": "pk_test_1"})
    account.save()
    address = f"/admin/payments/provideraccount/{ProviderAccount.objects.get().pk}/change/"

    page = admin_client.get(address, headers={"accept-language": "zh-hans"}).content.decode()

    assert "公钥" in page
    assert "Secret key" not in page
