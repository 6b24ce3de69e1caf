"""What the story calls those who act, why an order moved, and what a provider is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ACTORS: Final[dict[str, StrOrPromise]] = {
    "asked": gettext_lazy("after a webhook made us ask the provider"),
    "cancel": gettext_lazy("by cancelling"),
    "capture": gettext_lazy("with a capture"),
    "change": gettext_lazy("when the shopper chose another way to pay"),
    "checkout": gettext_lazy("at checkout"),
    "create": gettext_lazy("by the provider's answer"),
    "evidence": gettext_lazy("after answering a dispute"),
    "expiry": gettext_lazy("when the time to pay was over"),
    "payment": gettext_lazy("by a late payment"),
    "poll": gettext_lazy("after asking the provider"),
    "refund": gettext_lazy("with a refund"),
    "return": gettext_lazy("when the shopper came back"),
    "review": gettext_lazy("after asking for a review"),
    "void": gettext_lazy("after closing it at the provider"),
    "webhook": gettext_lazy("by a webhook"),
}
REASONS: Final[dict[str, StrOrPromise]] = {
    "held": gettext_lazy("a bank holds the money"),
    "hold lapsed": gettext_lazy("the bank has let the money go"),
    "rest asked": gettext_lazy("the shopper is asked for the rest"),
    "late money": gettext_lazy("money came late, and the goods were still there"),
    "paid": gettext_lazy("paid"),
    "dispute won": gettext_lazy("given back by itself: a dispute of a cancelled order was won"),
    "order ended": gettext_lazy("given back, since the order has ended"),
    "surplus": gettext_lazy("given back by itself: paid twice, or for a dead order"),
    "unpaid": gettext_lazy("not paid in time"),
    "dispatched": gettext_lazy("paid, and all of it has left"),
}
VERBS: Final[dict[str, StrOrPromise]] = {
    "capture": gettext_lazy("capture"),
    "create": gettext_lazy("open the payment"),
    "evidence": gettext_lazy("evidence in a dispute"),
    "query": gettext_lazy("what became of it?"),
    "refund": gettext_lazy("refund"),
    "void": gettext_lazy("void"),
}
REFUSED: Final[dict[str, StrOrPromise]] = {
    "key": gettext_lazy("the provider does not take the key"),
    "permission": gettext_lazy("the key may not do this"),
}
"""Why a call was refused, where it is not about what was asked."""
