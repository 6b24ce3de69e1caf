"""What is owed for an order, and each try to pay it. All amounts in minor units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.models import Order, new_token, random_code
from orders.money import Money
from payments.models.account import ProviderAccount
from payments.models.limits import not_negative
from payments.models.saved import CardFace
from payments.states import IN_FLIGHT, AttemptStatus, PaymentStatus

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from payments.models.operation import Operation

MOVED = ("captured", "refunded", "refund_reversed", "returned_elsewhere")
FACTS = ("authorized", "released", *MOVED)
MISMATCH = "mismatch"
"""Error code of an attempt whose provider answered about something else; a person looks."""
NOT_SENT = "not_sent"
"""And of one that its provider does not know: our call never got there, or is late."""
SET_ASIDE = ("reserved", "refund_pending", "surplus", "disputed", "accepted")


def new_attempt_ref() -> str:
    return "A" + random_code(20)


class Payment(models.Model):
    """What one order asks for. Totals are sums over its attempts, `status` a projection.

    `amount` is what is owed: the order's total, less what staff have let go. `accepted` is what its
    attempts' parts come to.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="payment")
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(
        _("status"), max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.OPEN
    )
    reserved = models.BigIntegerField(default=0)
    captured = models.BigIntegerField(_("captured"), default=0)
    refunded = models.BigIntegerField(_("refunded"), default=0)
    refund_reversed = models.BigIntegerField(default=0)
    refund_pending = models.BigIntegerField(_("refund pending"), default=0)
    surplus = models.BigIntegerField(_("surplus"), default=0)
    disputed = models.BigIntegerField(_("disputed"), default=0)
    accepted = models.BigIntegerField(default=0)
    returned_elsewhere = models.BigIntegerField(_("returned elsewhere"), default=0)
    created_at = models.DateTimeField(default=now)

    if TYPE_CHECKING:
        attempts: RelatedManager[Attempt]

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions = [
            ("refund_payment", _("Can refund a payment")),
            ("capture_payment", _("Can capture what is held")),
            ("cancel_payment", _("Can cancel an order")),
            ("accept_payment", _("Can accept less than was asked for")),
            ("ask_rest_payment", _("Can ask a shopper for the rest")),
            ("ask_provider_payment", _("Can ask a provider what became of a payment")),
            ("accept_refund_payment", _("Can accept a refund made at the provider")),
            ("return_elsewhere_payment", _("Can mark money as returned elsewhere")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PaymentStatus.values), name="payment_status_known"
            ),
            *not_negative("payment", "amount", *MOVED, *SET_ASIDE),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("amount")), name="payment_reserve_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(surplus__lte=F("captured")), name="payment_surplus_was_captured"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.status}"

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def due(self) -> Money:
        return self.money(self.amount)

    @property
    def waived(self) -> Money:
        """How much less is owed than the order's total, since staff accepted what came."""
        return self.money(self.order.total_amount - self.amount)

    @property
    def in_dispute(self) -> Money:
        """What banks have taken back, for good or until a dispute is won."""
        return self.money(self.disputed)

    @property
    def accepted_money(self) -> Money:
        return self.money(self.accepted)

    @property
    def rest(self) -> Money:
        """What a new attempt asks for: all that is owed, less what was accepted as a part of it."""
        return self.money(max(0, self.amount - self.accepted))

    @property
    def net_refunded(self) -> int:
        """What has gone back to the shopper, by the provider or elsewhere."""
        return self.refunded - self.refund_reversed + self.returned_elsewhere

    @property
    def refundable(self) -> Money:
        """What may be asked back: captured, less what went back, is on its way or disputed."""
        taken = self.net_refunded + self.refund_pending + self.disputed
        return self.money(max(0, self.captured - taken))


class Attempt(CardFace):
    """One try with one account and method: the create operation and the facts that came of it.

    The totals only grow. `status` is their projection, or the newest observation. `accepted`: less
    came than `amount`, and staff take so much of it as this attempt's part. `hold`: only
    authorized, or agreed to, at first, so that we capture; it lapses at `capture_before`, and
    `capture_asked` is what our captures have asked for in all, `capture_final` that the last of
    them releases the rest. `embedded`: the shopper pays by the provider's fields on our page, which
    `client_secret` opens. `closing_at`: we asked the provider to close it; `superseded_at`: the
    shopper moved on, so what is captured from then on is `surplus` and goes back. `led_at`: they
    were first sent to pay; `returned_at`: they are back and wait. `known_as`: the provider's id.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="attempts")
    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="attempts")
    method = models.CharField(_("method"), max_length=40)
    our_ref = models.CharField(
        _("reference"), max_length=21, unique=True, default=new_attempt_ref, editable=False
    )
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(
        _("status"), max_length=16, choices=AttemptStatus.choices, default=AttemptStatus.SUBMITTING
    )
    reserved = models.BigIntegerField(default=0)
    authorized = models.BigIntegerField(_("authorized"), default=0)
    captured = models.BigIntegerField(_("captured"), default=0)
    released = models.BigIntegerField(_("released"), default=0)
    refunded = models.BigIntegerField(_("refunded"), default=0)
    refund_reversed = models.BigIntegerField(default=0)
    refund_pending = models.BigIntegerField(default=0)
    surplus = models.BigIntegerField(_("surplus"), default=0)
    disputed = models.BigIntegerField(_("disputed"), default=0)
    accepted = models.BigIntegerField(default=0)
    returned_elsewhere = models.BigIntegerField(_("returned elsewhere"), default=0)
    redirect_url = models.TextField(blank=True)
    qr_content = models.TextField(blank=True)
    embedded = models.BooleanField(default=False)
    client_secret = models.TextField(blank=True, editable=False)
    action_expires_at = models.DateTimeField(null=True)
    hold = models.BooleanField(default=False)
    capture_asked = models.BigIntegerField(default=0)
    capture_final = models.BooleanField(default=False)
    capture_before = models.DateTimeField(_("held until"), null=True)
    save_method = models.BooleanField(default=False)
    saved_method = models.ForeignKey(
        "payments.SavedMethod", models.SET_NULL, null=True, related_name="attempts"
    )
    error_code = models.CharField(_("reason"), max_length=40, blank=True)
    error_raw = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    led_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    closing_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    next_poll_at = models.DateTimeField(null=True)
    polls = models.PositiveIntegerField(default=0)

    if TYPE_CHECKING:
        operations: RelatedManager[Operation]

    known_as: str | None = None

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=AttemptStatus.values), name="attempt_status_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_amount_positive"),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(superseded_at__isnull=True, status__in=IN_FLIGHT),
                name="attempt_one_in_flight",
            ),
            models.CheckConstraint(
                condition=Q(reserved=0) | Q(superseded_at__isnull=True, reserved__lte=F("amount")),
                name="attempt_reserve_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(surplus__lte=F("captured")), name="attempt_surplus_was_captured"
            ),
            models.CheckConstraint(
                condition=Q(hold=True) | Q(capture_asked=0), name="attempt_captures_what_is_held"
            ),
            *not_negative("attempt", "capture_asked", *SET_ASIDE, *FACTS),
        ]
        indexes = [
            models.Index(
                fields=["next_poll_at"],
                name="attempt_poll_due",
                condition=Q(next_poll_at__isnull=False),
            ),
            models.Index(fields=["last4", "id"], name="attempt_by_card", condition=~Q(last4="")),
        ]

    def __str__(self) -> str:
        return self.our_ref

    @property
    def key(self) -> str:
        """The idempotency key of its creation, the same on every retry."""
        return f"{self.our_ref}:create"

    @property
    def in_flight(self) -> bool:
        return self.status in IN_FLIGHT

    @property
    def held(self) -> int:
        """What the bank still holds for us: authorized, neither captured nor released."""
        return max(0, self.authorized - self.captured - self.released) if self.hold else 0

    @property
    def chargeable(self) -> int:
        """What may be captured of a hold: no more than the order takes."""
        return max(0, min(self.held, self.wanted - self.captured))

    @property
    def wanted(self) -> int:
        """What the order takes of this attempt at most."""
        return self.accepted or self.amount

    @property
    def brought(self) -> int:
        """What the order has of this attempt, charged or still held."""
        return self.captured - self.surplus + self.held

    @property
    def part(self) -> int:
        """What was accepted of it, less what went back or is about to; surplus goes back first."""
        gone = max(0, self.net_refunded + self.refund_pending - self.surplus)
        return max(0, self.accepted - gone)

    @property
    def net_refunded(self) -> int:
        return self.refunded - self.refund_reversed + self.returned_elsewhere

    @property
    def charged_as_asked(self) -> bool:
        """Whether we captured all that we wanted of a hold, and nothing is held any more."""
        wanted = 0 < self.capture_asked == self.captured - self.surplus
        return self.hold and self.capture_final and wanted and not self.held

    @property
    def has_rest(self) -> bool:
        """Whether a part of a hold was captured, and the bank keeps the rest for another."""
        return self.captured > 0 and self.held > 0 and self.closing_at is None

    @property
    def rest_given_up(self) -> bool:
        """Whether no more than was captured of a hold is wanted, and the bank is to let go."""
        return self.closing_at is not None and self.capture_final and self.captured > 0

    @property
    def refundable(self) -> Money:
        """What of this attempt may be asked back, by the rule of its payment."""
        taken = self.net_refunded + self.refund_pending + self.disputed
        return self.money(max(0, self.captured - taken))

    @property
    def action_over(self) -> bool:
        """Whether the page or code at the provider has run out."""
        return self.action_expires_at is not None and self.action_expires_at <= now()

    def money(self, minor: int) -> Money:
        return self.payment.money(minor)
