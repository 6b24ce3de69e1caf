"""Something we ask of a provider after an attempt: a capture, a refund, or to close it (void)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.models import random_code
from orders.money import Money
from payments.models.payment import Attempt
from payments.states import SENDABLE, OperationKind, OperationStatus

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from payments.models.records import ProviderObject

SUBMIT_TASK: Final = "payments.submit_operations"
"""The worker's task that sends what is due."""

UNSENT: Final = (OperationStatus.AWAITING_APPROVAL, OperationStatus.REJECTED)
"""Nobody has agreed to such a refund."""

BOOKED_BEFORE: Final = "booked_before"
"""Error code of our refund whose money is booked as an external one."""
RELEASE: Final = "release"
"""How the request key of a void begins that lets go of a hold; others close an attempt."""
DISPUTED: Final = "disputed"
"""Error code of a refund that was not sent, since the shopper claims the money at the bank."""

PAYMENT_GONE: Final = "payment_gone"
"""Error code of what was refused because the provider does not know the payment."""


def new_refund_ref() -> str:
    return "R" + random_code(20)


def new_capture_ref() -> str:
    return "C" + random_code(20)


def new_void_ref() -> str:
    return "V" + random_code(20)


class Operation(models.Model):
    """One capture, refund or void: committed before the call, its key reused on every retry.

    `request_key` is the idempotency key of whoever asked (a form token, a cancellation number);
    `external` marks a refund that was made at the provider's own site; `refund` is the request it
    is a part of, None where no person asked for just this. Of a capture, `reaches` is
    the attempt's total captured once it has succeeded, and `final` releases what is left.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="operations")
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, blank=True, related_name="operations"
    )
    kind = models.CharField(
        max_length=8, choices=OperationKind.choices, default=OperationKind.REFUND
    )
    our_ref = models.CharField(
        _("reference"), max_length=21, unique=True, default=new_refund_ref, editable=False
    )
    request_key = models.CharField(max_length=200, unique=True)
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=OperationStatus.choices,
        default=OperationStatus.REQUESTED,
    )
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    external = models.BooleanField(_("made at the provider"), default=False)
    reaches = models.BigIntegerField(null=True)
    final = models.BooleanField(default=False)
    error_code = models.CharField(max_length=40, blank=True)
    error_raw = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=now)
    first_sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True, default=now)
    tries = models.PositiveIntegerField(default=0)

    if TYPE_CHECKING:
        ended_by: str | None  # where it was read by payments.queries.told_of_failure
        provider_objects: RelatedManager[ProviderObject]

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=OperationStatus.values), name="operation_status_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="operation_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=OperationKind.values), name="operation_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=OperationKind.CAPTURE) | Q(reaches__gt=0),
                name="operation_capture_reaches_a_total",
            ),
            models.CheckConstraint(
                condition=Q(next_run_at__isnull=True) | Q(status__in=SENDABLE),
                name="operation_settled_is_not_sent",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=UNSENT) | Q(first_sent_at__isnull=True),
                name="operation_sent_only_once_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=UNSENT) | Q(kind=OperationKind.REFUND),
                name="operation_only_refunds_are_approved",
            ),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(kind=OperationKind.CAPTURE, status__in=SENDABLE),
                name="operation_one_capture_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="operation_due",
                condition=Q(next_run_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.our_ref

    @property
    def key(self) -> str:
        """The idempotency key at the provider, the same on every retry."""
        return f"{self.our_ref}:{self.kind}"

    @property
    def money(self) -> Money:
        return self.attempt.money(self.amount)

    @property
    def of_second_payment(self) -> bool:
        """Whether the shopper paid twice, and it gives back the payment the order does not keep."""
        attempt = self.attempt
        kept = attempt.payment.captured > attempt.payment.surplus
        return kept and 0 < attempt.surplus == attempt.captured

    @property
    def under_way(self) -> bool:
        """Whether it is sent, or about to be, and nobody knows yet what comes of it."""
        return self.status in SENDABLE
