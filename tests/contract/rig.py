"""What a provider brings to be tried: its stand-in, a shopper there, and a wire in between."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from orders.money import Money
from payments.providers.base import Account, Outcome, RawRequest
from tests.contract.proxy import Wire


class Act(enum.StrEnum):
    """What a shopper can do with a payment that waits for one.

    `APPROVE_SLOWLY`: the shopper agrees, and the money comes a moment later. `LET_LAPSE`: they
    agree, and a hold of theirs ends by itself a moment later. The last three agree, claim the money
    back through their bank a moment later, and wait, are refused it, or get it.
    """

    APPROVE = "approve"
    APPROVE_SLOWLY = "approve_slowly"
    DECLINE = "decline"
    LET_LAPSE = "let_lapse"
    DISPUTE = "dispute"
    DISPUTE_IN_VAIN = "dispute_in_vain"
    DISPUTE_AND_GET = "dispute_and_get"


class Fact(enum.StrEnum):
    """What a webhook can tell of a payment."""

    PROCESSING = "processing"
    FAILED = "failed"
    CAPTURED = "captured"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Booked:
    """One payment in the stand-in's own book."""

    asked: Money
    held: Money
    captured: Money
    refunded: Money
    refunds: int
    can_be_paid: bool


class Rig(Protocol):
    """One provider's stand-in, running. Tests speak to it and to the seam, and to nothing else."""

    provider: str
    """Its name in PAYMENTS["providers"]."""

    wire: Wire
    """Between the accounts and the stand-in; where nothing is wrong, it only passes on."""

    signed_by: Collection[str]
    """The headers of a webhook that carry its signature, in lower case."""

    currencies: Mapping[str, Collection[str]]
    """In which its accounts are paid by a method that each account has otherwise."""

    secret: Collection[str]
    """What shoppers type or the stand-in knows, beside our keys, and no log may hold."""

    def open_account(self) -> Account:
        """An account of our own at the stand-in, reached through the wire."""

    def with_expired_key(self, account: Account) -> Account:
        """The same account with a key that the stand-in no longer takes."""

    def acts(self, method: str) -> Collection[Act]:
        """What a shopper who pays by this method can do."""

    def shopper(self, act: Act, method: str, created: Outcome) -> None:
        """Let the shopper do it, from the next action that `create` returned."""

    def book(self, account: Account, our_ref: str) -> list[Booked]:
        """What the stand-in has under our reference, asked without the adapter and the wire."""

    def webhooks(self, account: Account, our_ref: str) -> list[RawRequest]:
        """All that it sends of a payment, once it is sent, in the order in which it happened."""

    def telling(self, account: Account, our_ref: str) -> Mapping[Fact, RawRequest]:
        """The webhook that tells each fact of a payment, as signed by the provider.

        A fact that this payment has not gone through may be made of another webhook.
        """

    def in_other_mode(self, account: Account, raw: RawRequest) -> RawRequest:
        """The same webhook, well signed, but saying that it is of the other mode."""

    def of_other_account(self, account: Account, raw: RawRequest, merchant_id: str) -> RawRequest:
        """The same webhook, well signed, but saying that it is about that merchant."""

    def close_day(self, account: Account) -> date:
        """Let today be over for the account, so that its report is there; which day that is.

        Of a provider with settlement reports only.
        """

    def close(self) -> None:
        """Stop everything that was started."""
