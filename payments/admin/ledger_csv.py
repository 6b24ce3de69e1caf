"""The ledger as a file for spreadsheets: a line for each posting, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from payments.models import Entry
from payments.statement import reference

SOME: Final = 500
"""Entries that are in memory at once."""


def ledger_rows(entries: QuerySet[Entry]) -> Iterator[list[object]]:
    """A line for each posting; moments in the zone of the site, amounts in major units."""
    names = (_("Booked"), _("Kind"), _("Key"), _("Reference"), _("Order"))
    yield [*names, pgettext("ledger", "Account"), _("Currency"), _("Amount")]
    for entry in entries.iterator(chunk_size=SOME):
        order = entry.attempt.payment.order.number if entry.attempt else ""
        at = timezone.localtime(entry.at).isoformat(timespec="seconds")
        about = [at, entry.get_kind_display(), entry.key, reference(entry), order]
        for posting in sorted(entry.postings.all(), key=attrgetter("account", "currency")):
            yield [*about, posting.account, posting.currency, posting.money.decimal]
