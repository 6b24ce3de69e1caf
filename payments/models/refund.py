"""What people ask back: how much, of which goods, why, and who agreed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.models import OrderLine, ReturnRequest, random_code
from orders.money import Money
from payments.models.payment import Payment
from payments.states import Approval

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from payments.models.operation import Operation

SHIPPED_REASONS: Final = {
    "returned": gettext_noop("Goods came back"),
    "damaged": gettext_noop("Damaged or faulty"),
    "lost": gettext_noop("Did not arrive"),
    "unavailable": gettext_noop("Cannot be delivered"),
    "charged_twice": gettext_noop("Charged twice or too much"),
    "goodwill": gettext_noop("Goodwill"),
    "other": gettext_noop("Another reason"),
}
"""The list to begin with, in the order shown; a migration writes it."""
DECIDED: Final = (Approval.APPROVED, Approval.REJECTED)


def new_refund_number() -> str:
    """R and nine characters: shorter than the reference of what is sent to the provider."""
    return "R" + random_code(9)


class RefundReason(models.Model):
    """Why money goes back, as staff word it; words of ours are shown translated."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    label = models.CharField(_("reason"), max_length=80)
    active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("reason for a refund")
        verbose_name_plural = _("reasons for refunds")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return gettext(self.label)


class Refund(models.Model):
    """What somebody asked for once; its operations give back a part each.

    `request_key` is the intent: the same form asks once. `restock`: its pieces go on the shelf
    again, as soon as the refund no longer waits for approval. `decision_note` is of who decided.
    `return_request`: the return whose goods it pays back, which it closes then.
    """

    number = models.CharField(
        _("refund number"), max_length=10, unique=True, default=new_refund_number, editable=False
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    request_key = models.CharField(max_length=200, unique=True, editable=False)
    amount = models.BigIntegerField(_("amount"))
    reason = models.ForeignKey(
        RefundReason, models.PROTECT, null=True, verbose_name=_("reason"), related_name="+"
    )
    note = models.CharField(_("note"), max_length=255, blank=True)
    restock = models.BooleanField(_("back on the shelf"), default=False)
    return_request = models.ForeignKey(
        ReturnRequest, models.PROTECT, null=True, verbose_name=_("return"), related_name="refunds"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("asked by"),
        related_name="+",
    )
    requested_at = models.DateTimeField(_("asked"), default=now)
    approval = models.CharField(
        _("approval"), max_length=10, choices=Approval.choices, default=Approval.NOT_NEEDED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("decided by"),
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("note on the decision"), max_length=255, blank=True)

    if TYPE_CHECKING:
        lines: RelatedManager[RefundLine]
        operations: RelatedManager[Operation]

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        permissions = [("approve_refund", _("Can approve or reject a refund"))]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(approval__in=Approval.values), name="refund_approval_known"
            ),
            models.CheckConstraint(
                condition=Q(approval__in=DECIDED, decided_at__isnull=False)
                | (~Q(approval__in=DECIDED) & Q(decided_at__isnull=True)),
                name="refund_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(approval=Approval.APPROVED)
                | Q(requested_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("requested_by")),
                name="refund_approved_by_another",
            ),
            models.UniqueConstraint(
                fields=["return_request"],
                condition=~Q(approval=Approval.REJECTED),
                name="refund_of_a_return_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                name="refund_waits_for_approval",
                condition=Q(approval=Approval.WAITING),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        return self.payment.money(self.amount)

    @property
    def why(self) -> str:
        """The reason from the list and what was written, as far as there is either."""
        return " · ".join(str(part) for part in (self.reason, self.note) if part)


def goods_of(refund: Refund) -> str:
    """Its pieces, in words, and the return they came by; "" where it is about an amount only."""
    models.prefetch_related_objects([refund], "lines__line")
    words = [str(each) for each in refund.lines.all()]
    if refund.restock:
        words.append(gettext("back on the shelf"))
    if refund.return_request:
        words.append(gettext("return %(number)s") % {"number": refund.return_request})
    return ", ".join(words)


class RefundLine(models.Model):
    """So many pieces of one line of the order."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("pieces"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="refund_line_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.line.name}"
