"""What each kind of discrepancy means and what staff do about it: data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from payments.models.discrepancy import DiscrepancyKind as Kind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Guide:
    means: StrOrPromise
    todo: StrOrPromise


GUIDES: Final[Mapping[Kind, Guide]] = {
    Kind.MISSING_IN_PROVIDER: Guide(
        _("We have booked it, and it is in none of the provider's reports, though it should be."),
        _(
            "Look for it at the provider's own site by its reference. If it is there, ask the "
            "provider why the report leaves it out; if not, nobody has paid: adjust our books."
        ),
    ),
    Kind.MISSING_IN_LEDGER: Guide(
        _("The provider has moved money of which our books know nothing."),
        _(
            "Find out whose it is: the reference, the amount, the day. Where a shopper paid for "
            "nothing, refund it at the provider's own site, then say so here."
        ),
    ),
    Kind.AMOUNT: Guide(
        _("Both books have it, with different amounts."),
        _("See at the provider's own site what really moved. Our books follow what moved."),
    ),
    Kind.CURRENCY: Guide(
        _("Both books have it, in different currencies."),
        _("See at the provider's own site in which currency it moved. Our books follow that."),
    ),
    Kind.STATUS: Guide(
        _("The provider has made this refund, and our books do not know that it was made."),
        _(
            "The provider is asked by itself, and its answer is booked; ask again from the order's "
            "page. Ignore it only where our books are to go on without it."
        ),
    ),
    Kind.FEE: Guide(
        _("The provider took another fee than the account's rule says. The rest is not booked."),
        _(
            "Compare with the contract. A fee that is right is adjusted, and the rule changed; one "
            "that is wrong is claimed from the provider."
        ),
    ),
    Kind.DUPLICATE_IN_PROVIDER: Guide(
        _("It is in the provider's books more often than in ours."),
        _(
            "See at the provider's own site whether the money moved more than once. If it did, "
            "give the shopper back what was too much; if not, ask for a corrected report."
        ),
    ),
    Kind.DUPLICATE_IN_LEDGER: Guide(
        _("It is in our books more often than in the provider's."),
        _("See at the provider's own site how often the money moved. Our books follow that."),
    ),
    Kind.TIMING: Guide(
        _("It is not in the provider's books yet, and need not be: its days are not over."),
        _("Wait. It ends by itself with the next report, or is asked about once it is late."),
    ),
    Kind.PAYOUT_TOTAL: Guide(
        _("The provider paid out another amount than the lines of the payout come to."),
        _(
            "Ask the provider what was kept back or added. Where a line is missing or wrong, "
            "settle that first: this may then end by itself. Write off only what will never come."
        ),
    ),
    Kind.BANK_TOTAL: Guide(
        _("Our bank account got another amount than the provider says it sent, or nothing."),
        _(
            "Look at the bank's own site for a charge or a second transfer, then ask the "
            "provider with the reference of the payout."
        ),
    ),
    Kind.UNPARSEABLE_LINE: Guide(
        _("A line of a file cannot be read. All others were."),
        _("Ask for a corrected file, take this one back and upload the other."),
    ),
    Kind.WRONG_ACCOUNT_OR_MODE: Guide(
        _("A line of the report names another account or mode. It counts for nothing here."),
        _("Ask the provider how it came into this report; ignore it once that is known."),
    ),
}
