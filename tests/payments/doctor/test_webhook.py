"""The webhook endpoint at Stripe: what is wrong with it is found, and mended once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pytest
from django.test import Client
from pytest_django import Settings

from payments.errors import NoAccount, SetUpRefused
from payments.models import InboxEvent, ProviderAccount
from payments.providers.errors import ProviderDown
from payments.providers.findings import Standing
from payments.providers.stripe.http import VERSION
from payments.providers.stripe.webhook import HEARD
from payments.services.doctor import create_webhook
from payments.services.rotate import rotate_webhook
from tests.contract.rigs.stripe import resigned
from tests.fakes.stripe.endpoints import MOST
from tests.fakes.stripe.fake import Fake
from tests.payments.doctor.cast import SITE, Connected, connected

pytestmark = pytest.mark.django_db
DOUBTFUL, WRONG = Standing.DOUBTFUL, Standing.WRONG


def mend(patient: Connected) -> None:
    create_webhook(ProviderAccount.objects.get(pk=patient.account.pk))


def an_event() -> dict[str, object]:
    about = {"id": "pi_1", "object": "payment_intent"}
    return {"id": "evt_1", "type": "x", "livemode": False, "data": {"object": about}}


def told(client: Client, patient: Connected, secret: str) -> int:
    """Post an event as Stripe would, signed by that secret."""
    account = ProviderAccount.objects.get(pk=patient.account.pk)
    plain = account.for_provider()
    signer = type(plain)("stripe", "test", plain.merchant_id, "", {"webhook_secret": secret})
    raw = resigned(signer, an_event())
    return client.post(
        f"/payments/hooks/{account.hook_token}/",
        raw.body,
        content_type="application/json",
        headers={"stripe-signature": raw.headers["stripe-signature"]},
    ).status_code


def deleted(patient: Connected) -> None:
    endpoint = patient.endpoint()
    patient.fake.shelf(patient.merchant.id).drop(endpoint)


def switched_off(patient: Connected) -> None:
    patient.endpoint()["status"] = "disabled"


def deaf(patient: Connected) -> None:
    patient.endpoint()["enabled_events"] = [HEARD[0], "customer.created"]


def of_an_old_version(patient: Connected) -> None:
    patient.endpoint()["api_version"] = "2024-06-20"


def of_the_accounts_version(patient: Connected) -> None:
    patient.endpoint()["api_version"] = None


def whose_secret_is_not_kept(patient: Connected) -> None:
    patient.keeps(webhook_secret="")


ILLS: Final[dict[Callable[[Connected], None], str]] = {
    deleted: f"none for {SITE}/payments/hooks/",
    switched_off: "is switched off",
    deaf: f"does not tell of {', '.join(HEARD[1:5])} and {len(HEARD) - 5} more",
    of_an_old_version: f"speaks version 2024-06-20, not {VERSION}",
    of_the_accounts_version: f"speaks the account's own version, not {VERSION}",
    whose_secret_is_not_kept: "none is kept here, so that every webhook is refused",
}


@pytest.mark.parametrize("ill", ILLS, ids=lambda ill: ill.__name__)
def test_what_is_wrong_with_it_is_found_and_mended(
    client: Client, patient: Connected, ill: Callable[[Connected], None]
) -> None:
    ill(patient)
    standing, found = patient.ail()
    assert standing is WRONG
    assert ILLS[ill] in found

    mend(patient)

    assert patient.ails() == []
    assert told(client, patient, patient.secrets()["webhook_secret"]) == 200


def test_a_second_time_nothing_is_made_or_changed(patient: Connected) -> None:
    before = json.dumps(patient.endpoint()), patient.secrets()

    mend(patient)

    assert (json.dumps(patient.endpoint()), patient.secrets()) == before


def test_what_was_chosen_by_hand_beside_ours_stays(patient: Connected) -> None:
    deaf(patient)

    mend(patient)

    assert set(patient.endpoint()["enabled_events"]) == {*HEARD, "customer.created"}


def test_an_endpoint_that_tells_everything_is_well(patient: Connected) -> None:
    patient.endpoint()["enabled_events"] = ["*"]

    assert patient.ails() == []


def test_one_that_we_made_is_deleted_when_another_takes_its_place(patient: Connected) -> None:
    of_an_old_version(patient)

    mend(patient)
    mend(patient)

    assert (patient.endpoint()["api_version"], patient.endpoint()["status"]) == (VERSION, "enabled")


def test_one_that_a_person_made_is_only_switched_off_when_another_takes_its_place(
    patient: Connected,
) -> None:
    of_an_old_version(patient)
    patient.endpoint()["metadata"] = {}

    mend(patient)
    mend(patient)

    stand = [(each["api_version"], each["status"]) for each in patient.endpoints()]
    assert sorted(stand) == [("2024-06-20", "disabled"), (VERSION, "enabled")]


def test_however_often_it_is_replaced_there_is_room_for_another(patient: Connected) -> None:
    for _ in range(MOST + 1):
        patient.keeps(webhook_secret="whsec_of_another")
        mend(patient)

    assert patient.ails() == []


def test_the_secret_of_another_endpoint_is_noticed_and_replaced(
    client: Client, patient: Connected
) -> None:
    patient.keeps(webhook_secret="whsec_of_another")
    standing, found = patient.ail()
    assert standing is DOUBTFUL
    assert "is not the one that we_" in found

    mend(patient)

    assert patient.ails() == []
    assert told(client, patient, patient.secrets()["webhook_secret"]) == 200


def test_one_whose_secret_got_lost_on_its_way_is_not_trusted(fake: Fake) -> None:
    """The answer that told the secret did not come: the old secret here is of no endpoint."""
    patient = connected(fake, webhook=False)
    patient.keeps(webhook_secret="whsec_before")
    fake.trouble.next("error_after", on="POST /v1/webhook_endpoints")
    with pytest.raises(ProviderDown, match="answered 500"):
        mend(patient)

    mend(patient)

    assert patient.endpoint()["status"] == "enabled"
    assert patient.ails() == []


def test_one_made_by_hand_is_taken_as_it_is(patient: Connected) -> None:
    patient.endpoint()["metadata"] = {}

    mend(patient)

    assert len(patient.endpoints()) == 1
    assert patient.ails() == []


def test_two_for_one_address_are_told_of_and_one_is_left(patient: Connected) -> None:
    shelf = patient.fake.shelf(patient.merchant.id)
    twin = {**patient.endpoint(), "id": "we_twin", "metadata": {}}
    shelf.add(twin)
    assert patient.ail() == (
        DOUBTFUL,
        "webhook endpoint: 2 tell the same address: each event comes 2 times",
    )

    mend(patient)

    assert [each["id"] for each in patient.endpoints() if each["status"] == "enabled"] != [
        "we_twin"
    ]
    assert patient.ails() == []


def test_during_a_rotation_the_new_address_is_told_and_both_secrets_are_good(
    client: Client, patient: Connected
) -> None:
    old = patient.secrets()["webhook_secret"]
    rotate_webhook(account_id=patient.account.pk, secrets={})
    assert [standing for standing, _found in patient.ails()] == [DOUBTFUL, WRONG]

    mend(patient)

    new = patient.secrets()["webhook_secret"]
    assert new != old
    assert [told(client, patient, secret) for secret in (new, old)] == [200, 200]
    assert patient.ails() == []


def test_the_old_address_is_told_until_the_new_one_is(patient: Connected) -> None:
    old = patient.endpoint()["url"]
    rotate_webhook(account_id=patient.account.pk, secrets={})
    assert (patient.endpoint()["url"], patient.endpoint()["status"]) == (old, "enabled")

    mend(patient)

    assert patient.endpoint()["url"] != old


def test_without_a_rotation_the_old_secret_is_refused(client: Client, patient: Connected) -> None:
    old = patient.secrets()["webhook_secret"]
    deleted(patient)
    mend(patient)

    assert told(client, patient, old) == 400
    assert not InboxEvent.objects.exists()


def test_a_machine_of_ones_own_does_without(fake: Fake, settings: Settings) -> None:
    patient = connected(fake, webhook=False)
    settings.PAYMENTS = {**settings.PAYMENTS, "base_url": "http://127.0.0.1:8000"}

    standing, found = patient.ail()

    assert standing is DOUBTFUL
    assert "none for http://127.0.0.1:8000/payments/hooks/" in found


def test_a_live_site_is_told_by_https_alone(fake: Fake, settings: Settings) -> None:
    patient = connected(fake, live=True, webhook=False)
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True, "base_url": "http://shop.test"}

    with pytest.raises(SetUpRefused, match="need https"):
        mend(patient)


def test_a_copy_makes_no_endpoint_at_the_live_account(fake: Fake) -> None:
    patient = connected(fake, live=True, webhook=False)

    with pytest.raises(NoAccount, match="is live"):
        mend(patient)


def test_with_a_key_of_the_other_mode_nothing_is_made(patient: Connected) -> None:
    deleted(patient)
    patient.keeps(secret_key=patient.merchant.live_key)

    with pytest.raises(SetUpRefused, match="live mode"):
        mend(patient)

    assert patient.endpoints() == []
