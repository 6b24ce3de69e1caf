"""An order as it was agreed: a snapshot that never reads the catalogue again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.errors import IllegalTransition
from orders.money import Money
from orders.states import NEXT, OrderState

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from orders.models.goods import CancellationRequest, Dispatch, ReturnRequest

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code(length: int) -> str:
    """Random Crockford base32: no I, L, O or U to misread."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def new_order_number() -> str:
    return random_code(10)


def new_token() -> str:
    """132 random bits in 22 URL-safe characters."""
    return secrets.token_urlsafe(17)[:22]


class Order(models.Model):
    """What one shopper agreed to buy, for how much. Amounts in minor units of `currency`.

    `expires_at`: how long an unpaid order keeps its goods; None: for ever.
    """

    number = models.CharField(_("number"), max_length=10, unique=True, default=new_order_number)
    checkout_key = models.CharField(max_length=64, unique=True, editable=False)
    link_token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    link_expires_at = models.DateTimeField(_("link works until"))
    state = models.CharField(
        _("state"), max_length=10, choices=OrderState.choices, default=OrderState.OPEN
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    email = models.EmailField(_("e-mail"), db_index=True)
    language = models.CharField(_("language"), max_length=12)
    currency = models.CharField(_("currency"), max_length=3)
    total_amount = models.BigIntegerField(_("total"))
    terms_version = models.CharField(_("terms version"), max_length=40, blank=True)
    placed_at = models.DateTimeField(_("placed"), default=now)
    expires_at = models.DateTimeField(_("kept until"), null=True)
    paid_at = models.DateTimeField(_("paid"), null=True, editable=False)
    extended = models.BooleanField(default=False, editable=False)
    holds = models.PositiveIntegerField(default=0, editable=False)

    if TYPE_CHECKING:
        lines: RelatedManager[OrderLine]
        changes: RelatedManager[StateChange]
        mails: RelatedManager[Mail]
        dispatches: RelatedManager[Dispatch]
        returns: RelatedManager[ReturnRequest]
        cancellation: CancellationRequest
        address: Address

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [("dispatch_order", _("Can record the dispatch of an order"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values), name="order_state_known"
            ),
            models.CheckConstraint(
                condition=Q(total_amount__gte=0), name="order_total_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="order_due_to_expire",
                condition=Q(state=OrderState.OPEN, expires_at__isnull=False),
            ),
            models.Index(fields=["placed_at", "id"], name="order_by_time"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stock_ref(self) -> str:
        """What the Stock knows this order's goods by; another one each time it takes them anew."""
        return f"{self.number}-{self.holds}" if self.holds else self.number

    @property
    def total(self) -> Money:
        return Money(self.total_amount, self.currency)

    def move_to(
        self, state: OrderState, *, actor: str, reason: str = "", with_: Sequence[str] = ()
    ) -> StateChange:
        """Take one step of the table and note it; raises IllegalTransition. The row is locked.

        `with_` names columns that are written by the same statement. Returns the note.
        """
        before = OrderState(self.state)
        if state not in NEXT[before]:
            raise IllegalTransition(f"order {self.number} cannot go from {before} to {state}")
        self.state = state
        self.save(update_fields=["state", *with_])
        return StateChange.objects.create(
            order=self, before=before, after=state, actor=actor, reason=reason
        )


class OrderLine(models.Model):
    """One SKU at the price it was agreed at.

    `dispatched`: pieces that have left. `returning`: those of them in a return that was not
    rejected, asked for or come back. `refunded`: pieces whose money goes back, or waits for
    somebody to approve that. `restocked`: those of them that a refund has put on the shelf again,
    which have never left.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    sku = models.CharField(_("SKU"), max_length=64, db_index=True)
    name = models.CharField(_("name"), max_length=255)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_amount = models.BigIntegerField(_("unit price"))
    gross_amount = models.BigIntegerField(_("amount"))
    dispatched = models.PositiveIntegerField(default=0, editable=False)
    returning = models.PositiveIntegerField(default=0, editable=False)
    refunded = models.PositiveIntegerField(default=0, editable=False)
    restocked = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="order_line_once_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_has_pieces"),
            models.CheckConstraint(
                condition=Q(unit_amount__gte=0), name="order_line_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(gross_amount=F("unit_amount") * F("quantity")),
                name="order_line_amount_is_price_times_pieces",
            ),
            models.CheckConstraint(
                condition=Q(dispatched__lte=F("quantity")),
                name="order_line_dispatched_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(returning__lte=F("dispatched")),
                name="order_line_returning_within_dispatched",
            ),
            models.CheckConstraint(
                condition=Q(refunded__lte=F("quantity")), name="order_line_refunded_within_quantity"
            ),
            models.CheckConstraint(
                condition=Q(restocked__lte=F("refunded")), name="order_line_restocked_was_refunded"
            ),
            models.CheckConstraint(
                condition=Q(restocked__lte=F("quantity") - F("dispatched")),
                name="order_line_restocked_was_not_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"

    @property
    def to_dispatch(self) -> int:
        """Pieces that have not left yet, and are not on the shelf again."""
        return self.quantity - self.dispatched - self.restocked

    @property
    def to_return(self) -> int:
        """Pieces that may still be asked back."""
        return self.dispatched - self.returning

    @property
    def to_refund(self) -> int:
        """Pieces whose money may still be asked back."""
        return self.quantity - self.refunded

    @property
    def unit(self) -> Money:
        return Money(self.unit_amount, self.order.currency)

    @property
    def gross(self) -> Money:
        return Money(self.gross_amount, self.order.currency)


class Address(models.Model):
    """Where an order goes. Country as ISO 3166 alpha-2."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="address")
    name = models.CharField(_("name"), max_length=120)
    line1 = models.CharField(_("address"), max_length=120)
    line2 = models.CharField(_("address, second line"), max_length=120, blank=True)
    city = models.CharField(_("town or city"), max_length=80)
    region = models.CharField(_("region"), max_length=80, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=32, blank=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.city}, {self.country}"


class StateChange(models.Model):
    """The audit trail of an order: who moved it, from where to where, when and why."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="changes")
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}"


class Mail(models.Model):
    """A mail that is owed: written with its cause, rendered and sent by a worker."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="mails")
    kind = models.CharField(max_length=32)
    subject_ref = models.CharField(max_length=64)
    language = models.CharField(max_length=12)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=now)
    next_run_at = models.DateTimeField(null=True, default=now)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_ref"], name="mail_once_per_subject")
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="mail_due",
                condition=Q(sent_at__isnull=True, next_run_at__isnull=False),
            ),
            models.Index(
                fields=["created_at"],
                name="mail_given_up",
                condition=Q(sent_at__isnull=True, next_run_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject_ref}"
