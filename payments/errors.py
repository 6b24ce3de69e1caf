"""What can go wrong with a payment; each error says who acts."""

from __future__ import annotations


class PaymentError(Exception):
    """Root of all that payments refuse."""


class NoAccount(PaymentError):
    """No active account offers this method; the installer acts."""


class NoReports(PaymentError):
    """The provider of this account has no settlement reports; the installer acts."""


class NotPayable(PaymentError):
    """No money is asked for now: it is paid, closed or being paid. Nobody acts."""


class CaptureRefused(PaymentError):
    """The capture asked for cannot be; the message says why. Staff act."""


class CancelRefused(PaymentError):
    """The order cannot be cancelled; the message says why. Staff act."""


class RefundRefused(PaymentError):
    """The refund asked for cannot be; the message says why. Staff act."""


class ReleaseRefused(PaymentError):
    """What is held cannot be released so; the message says why. Staff act."""


class ReviewRefused(PaymentError):
    """The review cannot be ended this way; the message says why. Staff act."""


class EvidenceRefused(PaymentError):
    """A dispute cannot be answered so; the message says why. Staff act."""


class DiscrepancyRefused(PaymentError):
    """The discrepancy cannot be settled this way; the message says why. Staff act."""


class FileRefused(PaymentError):
    """A settlement file cannot be taken in or back so; the message says why. Staff act."""


class KeysRefused(PaymentError):
    """Keys that cannot be those of the account; the message says why. The installer acts."""


class SetUpRefused(PaymentError):
    """A provider cannot be told of this site; the message says why. The installer acts."""


class SecretsUnreadable(PaymentError):
    """No key in PAYMENTS["secret_keys"] opens this account's secrets. The installer acts."""


class Unbalanced(PaymentError):
    """The postings of an entry do not add up to zero: a mistake in the code, nothing is written."""


class LostUpdate(PaymentError):
    """A total of facts would shrink: a mistake in the code, nothing is written."""


class AppendOnly(PaymentError):
    """What stands in the ledger is never changed or deleted; a correction is another entry."""


class RotationRefused(PaymentError):
    """The webhook address cannot be rotated now; the message says why. Staff act."""


class BodyForgotten(PaymentError):
    """The body of this event is no longer kept, so that it cannot be applied. Nobody acts."""


class NothingToReplay(PaymentError):
    """No webhook event is what was asked for; the message says why. Staff act."""
