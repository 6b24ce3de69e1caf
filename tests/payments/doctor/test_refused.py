"""Webhooks that were refused are told of as long as that says something of the secret kept now."""

from __future__ import annotations

import pytest

from payments.models import InboxEvent
from payments.providers.base import Refused
from payments.providers.findings import Standing
from payments.services.refusals import count_refusal
from tests.payments.doctor.cast import Connected

pytestmark = pytest.mark.django_db
WRONG = Standing.WRONG


def test_webhooks_that_are_refused_are_told_of_until_one_is_taken(patient: Connected) -> None:
    count_refusal(patient.account, Refused.SIGNATURE)

    standing, found = patient.ail()
    assert standing is WRONG
    assert "its signature does not match" in found

    told = {"account": patient.account, "kind": "x", "body": b"{}"}
    InboxEvent.objects.create(**told, event_id="evt_1", headers={"user-agent": "Stripe/1.0"})
    assert patient.ails() == []


def test_what_was_refused_by_a_secret_that_was_replaced_counts_no_more(patient: Connected) -> None:
    count_refusal(patient.account, Refused.SIGNATURE)

    patient.keeps(webhook_secret="whsec_typed")

    assert not [found for _standing, found in patient.ails() if "refused" in found]


def test_what_is_refused_by_the_new_secret_too_is_told_of(patient: Connected) -> None:
    patient.keeps(webhook_secret="whsec_typed")
    count_refusal(patient.account, Refused.SIGNATURE)

    assert [standing for standing, found in patient.ails() if "refused" in found] == [WRONG]


@pytest.mark.parametrize("kept", ["secret_key", "webhook_secret"])
def test_what_was_refused_still_counts_where_the_signing_secret_stays(
    patient: Connected, kept: str
) -> None:
    renewed = {"secret_key": patient.merchant.restricted_key}
    count_refusal(patient.account, Refused.SIGNATURE)

    patient.keeps(**{kept: renewed.get(kept, patient.secrets()[kept])})

    assert [standing for standing, found in patient.ails() if "refused" in found] == [WRONG]


def test_a_clock_that_was_wrong_is_not_mended_by_a_new_secret(patient: Connected) -> None:
    count_refusal(patient.account, Refused.STALE)

    patient.keeps(webhook_secret="whsec_typed")

    assert any("signed too long ago" in found for _standing, found in patient.ails())
