"""Every kind of fault, and how often each took effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    BANK_500 = "bank_500"
    WEBHOOK_LOST = "webhook_lost"
    WEBHOOK_REPEATED = "webhook_repeated"
    WEBHOOK_REORDERED = "webhook_reordered"
    WEBHOOK_DELAYED = "webhook_delayed"
    WEBHOOK_FORGED = "webhook_forged"
    WEBHOOK_UNMATCHED = "webhook_unmatched"
    TWO_BROWSERS = "two_browsers"
    DOUBLE_REFUND_CLICK = "double_refund_click"
    DECIDED_TWICE = "decided_twice"
    DISPATCHED_TWICE = "dispatched_twice"
    RETURN_TWICE = "return_twice"
    ANSWERED_TWICE = "answered_twice"
    REFUND_FAILED_LATER = "refund_failed_later"
    LATE_SUCCESS = "late_success"
    KILL_BEFORE_CALL = "kill_before_call"
    KILL_AFTER_CALL = "kill_after_call"
    KILL_BEFORE_COMMIT = "kill_before_commit"
    KILL_AFTER_COMMIT = "kill_after_commit"
    KILL_BEFORE_CALL_WEB = "kill_before_call_web"
    KILL_AFTER_CALL_WEB = "kill_after_call_web"
    KILL_BEFORE_COMMIT_WEB = "kill_before_commit_web"
    KILL_AFTER_COMMIT_WEB = "kill_after_commit_web"
    KILL_BEFORE_CALL_WORKER = "kill_before_call_worker"
    KILL_AFTER_CALL_WORKER = "kill_after_call_worker"
    KILL_BEFORE_COMMIT_WORKER = "kill_before_commit_worker"
    KILL_AFTER_COMMIT_WORKER = "kill_after_commit_worker"
    BROKER_FLUSHED = "broker_flushed"
    DATABASE_CUT = "database_cut"
    CLOCK_JUMP = "clock_jump"
    LINE_RESET = "line_reset"
    RATE_LIMITED = "rate_limited"
    KEY_IN_USE = "key_in_use"
    KEY_BURNT = "key_burnt"
    PAGE_OVER = "page_over"


class Strike(StrEnum):
    """What a process of the shop does to itself at the first point where it can."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    BANK_500_BEFORE = "bank_500_before"
    BANK_500_AFTER = "bank_500_after"
    KILL_BEFORE_CALL = "kill_before_call"
    KILL_AFTER_CALL = "kill_after_call"
    KILL_BEFORE_COMMIT = "kill_before_commit"
    KILL_AFTER_COMMIT = "kill_after_commit"
    CUT_BEFORE_COMMIT = "cut_before_commit"
    CUT_AFTER_COMMIT = "cut_after_commit"
    LINE_RESET = "line_reset"
    RATE_LIMITED = "rate_limited"
    KEY_IN_USE = "key_in_use"
    KEY_BURNT = "key_burnt"


OF_STRIPE: Final = (
    *(Strike.LINE_RESET, Strike.RATE_LIMITED, Strike.KEY_IN_USE),
    Strike.KEY_BURNT,
)
"""What only its wire can do, or is made to do."""
EVERYWHERE: Final = tuple(way for way in Strike if way not in OF_STRIPE)
KINDS: Final = tuple(kind for kind in Kind if kind not in {*OF_STRIPE, Kind.PAGE_OVER})
"""The kinds of faults that befall every provider."""
DEADLY: Final = frozenset(way for way in Strike if way.startswith("kill"))

COUNTED_AS: Final = {
    Strike.TIMEOUT_BEFORE: Kind.TIMEOUT_BEFORE,
    Strike.TIMEOUT_AFTER: Kind.TIMEOUT_AFTER,
    Strike.BANK_500_BEFORE: Kind.BANK_500,
    Strike.BANK_500_AFTER: Kind.BANK_500,
    Strike.KILL_BEFORE_CALL: Kind.KILL_BEFORE_CALL,
    Strike.KILL_AFTER_CALL: Kind.KILL_AFTER_CALL,
    Strike.KILL_BEFORE_COMMIT: Kind.KILL_BEFORE_COMMIT,
    Strike.KILL_AFTER_COMMIT: Kind.KILL_AFTER_COMMIT,
    Strike.CUT_BEFORE_COMMIT: Kind.DATABASE_CUT,
    Strike.CUT_AFTER_COMMIT: Kind.DATABASE_CUT,
    Strike.LINE_RESET: Kind.LINE_RESET,
    Strike.RATE_LIMITED: Kind.RATE_LIMITED,
    Strike.KEY_IN_USE: Kind.KEY_IN_USE,
    Strike.KEY_BURNT: Kind.KEY_BURNT,
}

Tally = Counter[Kind]


def missing(tally: Tally, kinds: Collection[Kind] = KINDS) -> list[Kind]:
    """The kinds that never took effect: a run without them proves nothing about them."""
    return [kind for kind in kinds if not tally[kind]]
