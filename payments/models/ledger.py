"""The ledger: what moved, from where to where, once and for ever. Amounts in minor units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.clock import now
from orders.money import Money
from payments.errors import AppendOnly
from payments.models.discrepancy import Discrepancy
from payments.models.operation import Operation
from payments.models.payment import Attempt
from payments.models.payout import Payout
from payments.states import EntryKind

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

Row = TypeVar("Row", bound=models.Model)


class AppendOnlyRows(models.QuerySet[Row]):
    """Rows that can be added and read."""

    def update(self, **_changes: Any) -> NoReturn:
        raise AppendOnly("an entry of the ledger is not changed; post another one")

    def delete(self) -> NoReturn:
        raise AppendOnly("an entry of the ledger is not deleted; post another one")


class AppendOnlyRow(models.Model):
    objects = AppendOnlyRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("an entry of the ledger is not changed; post another one")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise AppendOnly("an entry of the ledger is not deleted; post another one")


def _of_one() -> Q:
    """An entry belongs to exactly one of them."""
    things = ("attempt", "payout", "discrepancy")
    whose = Q()
    for thing in things:
        whose |= Q(**{f"{other}__isnull": other != thing for other in things})
    return whose


class Entry(AppendOnlyRow):
    """One money fact of an attempt, a payout or a discrepancy; its postings sum to zero."""

    key = models.CharField(_("key"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=EntryKind.choices)
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, null=True, related_name="entries", verbose_name=_("attempt")
    )
    operation = models.ForeignKey(
        Operation,
        models.PROTECT,
        null=True,
        db_index=False,  # operations are never deleted, and an entry is found by its key
        related_name="entries",
        verbose_name=_("refund"),
    )
    payout = models.ForeignKey(
        Payout,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="entries",
        verbose_name=_("payout"),
    )
    discrepancy = models.ForeignKey(
        Discrepancy,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="entries",
        verbose_name=_("discrepancy"),
    )
    at = models.DateTimeField(_("booked"), default=now)

    if TYPE_CHECKING:
        postings: RelatedManager[Posting]

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="entry_once"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_known"),
            models.CheckConstraint(condition=_of_one(), name="entry_of_one_thing"),
        ]
        indexes = [
            models.Index(  # of few entries, so that a sale pays for none of them
                fields=["payout"], name="entry_of_payout", condition=Q(payout__isnull=False)
            ),
            models.Index(
                fields=["discrepancy"],
                name="entry_of_discrepancy",
                condition=Q(discrepancy__isnull=False),
            ),
            models.Index(fields=["at"], name="entry_by_time"),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(AppendOnlyRow):
    """What an entry moves to (above zero) or from (below zero) one account."""

    entry = models.ForeignKey(
        Entry,
        models.PROTECT,
        db_index=False,  # the unique constraint begins with it
        related_name="postings",
    )
    account = models.CharField(pgettext_lazy("ledger", "account"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "account", "currency"], name="posting_once_per_account"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="posting_amount_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.money}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)
