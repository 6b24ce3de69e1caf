"""Pieces of an order whose money goes back: each once, and back on the shelf at most once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.errors import PiecesGone
from orders.models import Order, OrderLine
from orders.queries import unsent_lines
from orders.services.stock import StockLine, configured_stock
from orders.states import OrderState

GOODS_ARE_BACK: Final = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})
"""All goods of such an order went back on the shelf when it ended."""
Pieces = Sequence[tuple[OrderLine, int]]


def claim_pieces(order: Order, wanted: Mapping[int, int]) -> Pieces:
    """Count pieces of a locked order as refunded, by conditional UPDATE; `wanted` by key of line.

    Returns the lines in their order, each with its pieces. Raises PiecesGone, and then the open
    transaction must not commit.
    """
    chosen = {key: count for key, count in wanted.items() if count}
    lines = list(order.lines.filter(pk__in=chosen))
    if len(lines) < len(chosen):
        raise PiecesGone(_("this is no line of the order"))
    for line in lines:
        _claim(line, chosen[line.pk])
    return [(line, chosen[line.pk]) for line in lines]


def _claim(line: OrderLine, count: int) -> None:
    left = OrderLine.objects.filter(pk=line.pk, refunded__lte=F("quantity") - count)
    if count > 0 and left.update(refunded=F("refunded") + count):
        return
    raise PiecesGone(too_many(line))


def too_many(line: OrderLine) -> str:
    """Why more pieces than are left are not refunded."""
    facts = {"count": line.to_refund, "name": line.name}
    if not line.to_refund:
        return _("%(name)s: nothing of it is left to refund") % facts
    refused = ngettext(
        "%(name)s: at most %(count)d piece can still be refunded",
        "%(name)s: at most %(count)d pieces can still be refunded",
        line.to_refund,
    )
    return refused % facts


def was_sent(line: OrderLine) -> str:
    """Why its pieces are not put on the shelf by a refund."""
    sent = _("%(name)s: it was sent, and comes back to the shelf by a return")
    return sent % {"name": line.name}


def free_pieces(pieces: Pieces) -> None:
    """Their money does not go back after all; the order is locked."""
    for line, count in pieces:
        OrderLine.objects.filter(pk=line.pk).update(refunded=F("refunded") - count)


def put_back(order: Order, pieces: Pieces, *, ref: str) -> None:
    """Put refunded pieces of a locked order on the shelf; the caller does so once per `ref`.

    Nothing happens where the order has ended: its goods are there already. Raises PiecesGone where
    some have been sent, and then the open transaction must not commit.
    """
    if order.state in GOODS_ARE_BACK or not pieces:
        return
    for line, count in pieces:
        here = unsent_lines(order, count).filter(pk=line.pk)
        if not here.update(restocked=F("restocked") + count):
            raise PiecesGone(was_sent(line))
    lines = [StockLine(line.sku, count) for line, count in pieces]
    configured_stock().give_back(ref=f"{order.stock_ref}/{ref}", lines=lines)


def held_goods(order: Order) -> list[StockLine]:
    """What an order has of the shelf: neither put back by a refund nor sent.

    A hold may lapse after a part was sent.
    """
    return [StockLine(line.sku, line.to_dispatch) for line in order.lines.all() if line.to_dispatch]
