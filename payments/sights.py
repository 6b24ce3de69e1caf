"""What was seen, kept as words with gaps and put into a reader's language when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.formats import format_moment, format_money
from orders.money import Money
from payments.messages import why
from payments.providers.base import Failure
from payments.providers.cause import Cause
from payments.states import AttemptStatus, OperationKind

Fact = str | int | Money | datetime | Failure | Cause | AttemptStatus | OperationKind
"""What fills a gap. A text stands as it is: a reference, or the provider's own word."""

OTHER_REFERENCE: Final = gettext_noop("they name the reference %(theirs)s, ours is %(ours)s")
OTHER_ACCOUNT: Final = gettext_noop("they name the account %(theirs)s, ours is %(ours)s")
OTHER_PAYMENT: Final = gettext_noop("they name the payment %(theirs)s, ours is %(ours)s")
OTHER_CURRENCY: Final = gettext_noop("they name the currency %(theirs)s, ours is %(ours)s")
TEST_MONEY: Final = gettext_noop("they speak of test money, and our account is a live one")
LIVE_MONEY: Final = gettext_noop("they speak of real money, and our account is a test one")
WON_ANEW: Final = gettext_noop("a dispute of %(amount)s was told as lost, and is won now")
LOST_ANEW: Final = gettext_noop("a dispute of %(amount)s was told as won, and is lost now")
DISPUTED_ABROAD: Final = gettext_noop(
    "a dispute of %(amount)s, another currency than the payment's"
)
SENT: Final = gettext_noop("%(amount)s lapsed, and goods of the order had been sent")
WHY: Final = gettext_noop("%(amount)s: %(why)s")
CLAIMED: Final = gettext_noop("%(amount)s not sent: the shopper claims them through the bank")
ASKED: Final = gettext_noop("asked about %(amount)s: %(why)s")

CHOICES: Final[dict[str, type[AttemptStatus | OperationKind]]] = {
    kind.__name__: kind for kind in (AttemptStatus, OperationKind)
}


def stored(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """The facts as JSON, each with what it is."""
    return {name: _as_json(fact) for name, fact in facts.items()}


def _as_json(fact: Fact) -> Any:
    kept: Any
    match fact:
        case Money(amount, currency):
            kept = {"money": amount, "currency": currency}
        case datetime():
            kept = {"at": fact.isoformat()}
        case Failure(code, raw):
            kept = {"why": code, "raw": raw}
        case Cause(words, facts):
            kept = {"words": words, "facts": stored(facts)}
        case AttemptStatus() | OperationKind():
            kept = {"choice": fact.value, "of": type(fact).__name__}
        case _:
            kept = fact
    return kept


def told(words: str, facts: Mapping[str, Any]) -> str:
    """What was seen, for people; words without facts stand as they are.

    Money that somebody says they have taken is named behind whatever the words are.
    """
    if not facts:
        return _(words) if words else ""
    read = {name: _read(fact) for name, fact in facts.items()}
    seen = _(words) % read
    if "captured" not in facts:
        return seen
    there = _("captured there: %(captured)s") % read
    return f"{seen} · {there}"


def amount_in(facts: Mapping[str, Any]) -> Money | None:
    """The amount among stored facts, None where they name none."""
    match facts.get("amount"):
        case {"money": amount, "currency": currency}:
            return Money(amount, currency)
        case _:
            return None


def _read(fact: Any) -> Any:
    read: Any
    match fact:
        case {"money": amount, "currency": currency}:
            read = format_money(Money(amount, currency))
        case {"at": moment}:
            read = format_moment(datetime.fromisoformat(moment))
        case {"why": code, "raw": raw}:
            read = why(code, raw)
        case {"words": words, "facts": facts}:
            read = told(words, facts)
        case {"choice": value, "of": name}:
            read = CHOICES[name](value).label
        case _:
            read = fact
    return read
