"""One thing that happened to an order."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from payments.badges import Badge

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Kind(enum.StrEnum):
    """What sort of thing happened; events, reviews, returns, refunds and disputes have a page."""

    ORDER = "order"
    ATTEMPT = "attempt"
    CALL = "call"
    EVENT = "event"
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"
    DISPUTE = "dispute"
    EVIDENCE = "evidence"
    MAIL = "mail"
    REVIEW = "review"
    GOODS = "goods"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `pk` is its row's key, `ref` the reference it goes by.

    Of a refund `pk` is what somebody asked for, 0 where nobody did.
    """

    at: datetime
    kind: Kind
    title: str
    detail: str = ""
    badge: Badge | None = None
    ref: str = ""
    pk: int = 0


def join(*parts: StrOrPromise) -> str:
    return " · ".join(str(part) for part in parts if part)
