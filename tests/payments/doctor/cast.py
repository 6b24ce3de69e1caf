"""Who is examined: an account that was connected to the stand-in of Stripe, on a public site."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

from django.core.management import CommandError, call_command

from payments.models import ProviderAccount
from payments.providers.findings import Standing
from payments.services.connect_stripe import Keys, connect_stripe
from payments.services.doctor import examine
from payments.services.rotate import renew_secrets
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant

SITE: Final = "https://shop.test"


@dataclass(frozen=True, slots=True)
class Connected:
    """An account here, its merchant there, and the stand-in between them."""

    fake: Fake
    merchant: Merchant
    account: ProviderAccount

    def endpoints(self) -> list[dict[str, Any]]:
        """As they are there; what is changed in them is changed there."""
        told = self.fake.shelf(self.merchant.id).objects.values()
        return [each for each in told if each["object"] == "webhook_endpoint"]

    def endpoint(self) -> dict[str, Any]:
        (only,) = self.endpoints()
        return only

    def secrets(self) -> dict[str, str]:
        return dict(ProviderAccount.objects.get(pk=self.account.pk).for_provider().secrets)

    def keeps(self, **secrets: str) -> None:
        renew_secrets(account_id=self.account.pk, given=secrets)

    def ails(self) -> list[tuple[Standing, str]]:
        """What is not well, as "what: how it is"."""
        account = ProviderAccount.objects.get(pk=self.account.pk)
        return [
            (each.standing, f"{each.about}: {each.found}")
            for each in examine(account)
            if each.standing is not Standing.OK
        ]

    def ail(self) -> tuple[Standing, str]:
        (only,) = self.ails()
        return only


def connected(
    fake: Fake, *, code: str = "stripe", live: bool = False, webhook: bool = True
) -> Connected:
    merchant = fake.open_account()
    key = merchant.live_key if live else merchant.key
    publishable = merchant.live_publishable_key if live else merchant.publishable_key
    keys = Keys(key, publishable, "" if live else fake.url)
    account = connect_stripe(keys, code=code, site=SITE, webhook=webhook)
    return Connected(fake, merchant, account)


def doctor(*asked: str) -> tuple[str, str]:
    """What `manage.py payments_doctor` prints, and with what error it ends."""
    out, error = io.StringIO(), ""
    try:
        call_command("payments_doctor", *asked, stdout=out, no_color=True)
    except CommandError as refusal:
        error = str(refusal)
    return out.getvalue(), error
