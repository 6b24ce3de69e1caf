"""The whole product at the stand-in of Stripe: its webhooks at our door, and our workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Sum

from payments.models import Attempt, Dispute, Posting
from payments.providers.base import OurRef, RawRequest
from payments.services.check_ledger import faults
from payments.services.feed import read_feeds
from payments.services.inbox import drain_inbox
from payments.services.send_evidence import submit_due_evidence
from payments.services.submit import submit_due_operations
from tests.contract.cast import payment_ref
from tests.contract.rigs.stripe import StripeRig
from tests.contract.shop import Shop
from tests.factories import later
from tests.fakes.stripe.fake import Fake
from tests.payments.providers.stripe.cast import VISA

A_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Till(Shop):
    """A shop whose cards go through the stand-in."""

    rig: StripeRig

    @property
    def fake(self) -> Fake:
        return self.rig.fake

    def sold(self, number: str = VISA) -> Attempt:
        """What is paid by this card, as its webhooks tell."""
        attempt = self.begins()
        told = self.seller.provider.query(OurRef(attempt.our_ref))
        self.fake.pay(payment_ref(told).value, number)
        self.hears(attempt)
        return Attempt.objects.get(pk=attempt.pk)

    def intent(self, attempt: Attempt) -> str:
        told = self.seller.provider.query(OurRef(attempt.our_ref))
        return next(seen.id for seen in told.objects if seen.kind == "intent")

    def letters(self, attempt: Attempt) -> list[RawRequest]:
        """All webhooks about a payment so far, signed now."""
        return self.rig.webhooks(self.seller.account, attempt.our_ref)

    def takes(self, letters: Iterable[RawRequest]) -> None:
        """Let these come to our door, and be applied one by one, with some time in between."""
        for number, letter in enumerate(letters, start=1):
            assert self.post(letter) in range(200, 300)
            with later(number * A_MINUTE):
                drain_inbox()

    def hears(self, attempt: Attempt) -> None:
        self.takes(self.letters(attempt))

    def reads_the_feed(self) -> None:
        """What no webhook told, a worker finds in Stripe's list of events."""
        read_feeds()
        drain_inbox()

    def passes(self, time: timedelta) -> None:
        """Let happen at Stripe what happens within so long."""
        with later(time):
            self.fake.catch_up()

    def work(self) -> None:
        """Let the workers send what is due."""
        with later(A_MINUTE):
            submit_due_operations()
            submit_due_evidence()

    def dispute(self, attempt: Attempt, **given: Any) -> str:
        """The shopper goes to their bank; Stripe's name of it."""
        return str(self.fake.dispute(self.intent(attempt), **given)["id"])

    def refund(self, attempt: Attempt) -> str:
        """Stripe's name of the one refund of a payment."""
        (only,) = self.seller.provider.query(OurRef(attempt.our_ref)).refunds
        return only.provider_id

    def ledger(self, account: str) -> int:
        """What stands in an account of the ledger of this provider account."""
        posted = Posting.objects.filter(account=f"{account}:{self.account.code}")
        return int(posted.aggregate(sum=Sum("amount"))["sum"] or 0)

    def in_dispute(self) -> tuple[str, int, int]:
        """How the one dispute stands, what it holds and what the ledger says of that."""
        assert list(faults()) == []
        dispute = Dispute.objects.select_related("attempt").get()
        return dispute.status, dispute.attempt.disputed, self.ledger("disputes")
