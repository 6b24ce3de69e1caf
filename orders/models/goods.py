"""Where the goods of an order are: sent, asked back, come back; and the wish to have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.models.order import Order, OrderLine, random_code
from orders.states import CancellationState, ReturnState

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


DAMAGED: Final = gettext_noop("It came damaged or does not work")
SHIPPED_REASONS: Final = (
    gettext_noop("I changed my mind"),
    gettext_noop("It does not fit"),
    gettext_noop("It is not as described"),
    DAMAGED,
    gettext_noop("It is not what I ordered"),
    gettext_noop("Another reason"),
)
"""The list to begin with, in the order shown; a migration writes it."""


def new_return_number() -> str:
    """T and nine characters: what a shopper writes on the parcel."""
    return f"T{random_code(9)}"


class Dispatch(models.Model):
    """One parcel that left. `request_key` is the intent: the same form records one."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="dispatches")
    request_key = models.CharField(max_length=64, unique=True, editable=False)
    carrier = models.CharField(_("carrier"), max_length=60)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    tracking_url = models.URLField(_("tracking page"), max_length=300, blank=True)
    actor = models.CharField(_("recorded by"), max_length=150)
    at = models.DateTimeField(_("dispatched"), default=now)

    if TYPE_CHECKING:
        lines: RelatedManager[DispatchLine]

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip()


class DispatchLine(models.Model):
    """So many pieces of a line in one parcel."""

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("pieces"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "line"], name="dispatch_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="dispatch_line_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.line.name}"


class ReturnReason(models.Model):
    """Why shoppers send things back, as staff word it; words of ours are shown translated."""

    label = models.CharField(_("reason"), max_length=80, unique=True)
    active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("reason for a return")
        verbose_name_plural = _("reasons for returns")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return gettext(self.label)

    @property
    def is_damage(self) -> bool:
        """Whether it is ours about damage; one that was worded anew is like any other."""
        return self.label == DAMAGED


class ReturnRequest(models.Model):
    """What a shopper wants to send back, and what staff have decided and received.

    Each step is a conditional UPDATE along orders.states.RETURN_NEXT, so that of two people one
    decides. `answer`: how to send it, or why not. `refund_ref`: what its money went back by;
    `closing`: why there is no such refund.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    number = models.CharField(_("number"), max_length=10, unique=True, default=new_return_number)
    request_key = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ReturnState.choices, default=ReturnState.REQUESTED
    )
    reason = models.ForeignKey(ReturnReason, models.PROTECT, verbose_name=_("reason"))
    note = models.TextField(_("what the shopper says"), max_length=1000, blank=True)
    requested_at = models.DateTimeField(_("asked"), default=now)
    answer = models.TextField(_("our answer"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    received_at = models.DateTimeField(pgettext_lazy("goods", "received"), null=True)
    received_by = models.CharField(_("received by"), max_length=150, blank=True)
    refunded_at = models.DateTimeField(_("refunded"), null=True)
    refund_ref = models.CharField(_("refund"), max_length=64, blank=True)
    closing = models.TextField(_("closed without a refund"), max_length=1000, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True)

    if TYPE_CHECKING:
        lines: RelatedManager[ReturnLine]

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        permissions = [
            ("approve_returnrequest", _("Can approve a return")),
            ("reject_returnrequest", _("Can reject a return")),
            ("receive_returnrequest", _("Can receive a return")),
            ("close_returnrequest", _("Can close a return without a refund")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReturnState.values), name="return_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                name="return_open",
                condition=Q(
                    state__in=[ReturnState.REQUESTED, ReturnState.APPROVED, ReturnState.RECEIVED]
                ),
            )
        ]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """Pieces of one line that go back: asked for, received, put on the shelf again."""

    request = models.ForeignKey(ReturnRequest, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("pieces"))
    received = models.PositiveIntegerField(pgettext_lazy("goods", "received"), default=0)
    restocked = models.PositiveIntegerField(_("back on the shelf"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="return_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_line_has_pieces"),
            models.CheckConstraint(
                condition=Q(received__lte=F("quantity"), restocked__lte=F("received")),
                name="return_line_received_within_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.line.name}"


class CancellationRequest(models.Model):
    """A shopper's wish to have nothing sent: one for each order, decided once."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="cancellation")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=CancellationState.choices,
        default=CancellationState.REQUESTED,
    )
    note = models.TextField(_("what the shopper says"), max_length=1000, blank=True)
    requested_at = models.DateTimeField(_("asked"), default=now)
    answer = models.TextField(_("our answer"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("wish to cancel")
        verbose_name_plural = _("wishes to cancel")
        permissions = [("reject_cancellationrequest", _("Can reject a wish to cancel"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CancellationState.values), name="cancellation_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                name="cancellation_open",
                condition=Q(state=CancellationState.REQUESTED),
            )
        ]

    def __str__(self) -> str:
        return str(self.order)
