"""What our own rows say in a dispute: the texts that staff begin with."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from orders.formats import address_lines, format_moment, format_money
from orders.models import Address, Dispatch, Order
from payments.models import Dispute, Operation, Payment
from payments.models.evidence import LONGEST_TEXT
from payments.providers.evidence import EvidenceTexts
from payments.queries import refunds_of
from payments.states import ANSWERS, OperationStatus


def first_texts(dispute: Dispute) -> EvidenceTexts:
    """What staff begin with: what somebody wrote last and was not taken, else what we know."""
    newest = dispute.evidence.order_by("-pk").first()
    return newest.texts if newest and newest.state not in ANSWERS else known_texts(dispute)


def known_texts(dispute: Dispute) -> EvidenceTexts:
    """What we know of the order, in the order's language; the statement is for a person."""
    payment = dispute.attempt.payment
    order = payment.order
    with translation.override(order.language):
        return EvidenceTexts(
            customer=_customer(order),
            goods=_within(_goods(order)),
            dispatch=_within(_dispatch(order)),
            refunds=_within(_refunds(payment)),
            terms=_terms(order),
        )


def _within(text: str) -> str:
    """As many of its lines as a bank reads, and a sign where some are left out."""
    if len(text) <= LONGEST_TEXT:
        return text
    return text[: LONGEST_TEXT - 2].rpartition("\n")[0] + "\n…"


def _customer(order: Order) -> str:
    address: Address | None = getattr(order, "address", None)
    phone = address.phone if address else ""
    where = address_lines(address) if address else []
    return "\n".join(line for line in (order.email, phone, *where) if line)


def _goods(order: Order) -> str:
    facts = {"number": order.number, "moment": format_moment(order.placed_at)}
    lines = [_("Order %(number)s, placed on %(moment)s") % facts]
    for line in order.lines.all():
        line.order = order
        lines.append(f"{line.quantity} x {line.name}: {format_money(line.gross)}")
    lines.append(_("Total: %(total)s") % {"total": format_money(order.total)})
    return "\n".join(lines)


def _dispatch(order: Order) -> str:
    parcels = order.dispatches.prefetch_related("lines__line").order_by("pk")
    return "\n\n".join("\n".join(_parcel(parcel)) for parcel in parcels)


def _parcel(parcel: Dispatch) -> list[str]:
    facts = {"parcel": parcel, "moment": format_moment(parcel.at)}
    pieces = [f"{each.quantity} x {each.line.name}" for each in parcel.lines.all()]
    tracked = [parcel.tracking_url] if parcel.tracking_url else []
    return [_("%(parcel)s, sent on %(moment)s") % facts, *pieces, *tracked]


def _refunds(payment: Payment) -> str:
    told = refunds_of(payment).filter(status=OperationStatus.SUCCEEDED)
    return "\n".join(_refund(refund) for refund in told)


def _refund(refund: Operation) -> str:
    at = refund.settled_at or refund.created_at
    facts = {"amount": format_money(refund.money), "moment": format_moment(at)}
    return _("%(amount)s was refunded on %(moment)s") % facts


def _terms(order: Order) -> str:
    if not order.terms_version:
        return ""
    facts = {"version": order.terms_version, "moment": format_moment(order.placed_at)}
    return _("The terms, version %(version)s, were accepted on %(moment)s.") % facts
