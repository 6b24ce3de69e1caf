"""The scenarios: everything that a payment can go through, one row each."""

from dataclasses import dataclass
from enum import Enum, auto

SLOW, DEBIT, AFTER_VOID = 10, 120, 20
"""Seconds until a payment that is processing settles."""
REFUND_TAKES = 30
DISPUTE_OPENS, DISPUTE_CLOSES = 10, 30
HOLD_LAPSES = 30
LATE, REORDER_GAP = 60, 3


class Capture(Enum):
    """How much of what was authorized is captured."""

    ALL = auto()
    HALF = auto()
    TOO_LITTLE = auto()


class Holds(Enum):
    """What becomes of money that is held for the shop to capture."""

    KEEP = auto()
    LAPSE_SOON = auto()
    REFUSE_CAPTURE = auto()
    LOSE_ANSWER = auto()


class Telling(Enum):
    """What becomes of the events."""

    AT_ONCE = auto()
    NEVER = auto()
    THREE_TIMES = auto()
    REORDERED = auto()
    LATE = auto()


class Refunds(Enum):
    """What becomes of refunds."""

    SUCCEED = auto()
    PENDING = auto()
    PENDING_THEN_FAIL = auto()
    FAIL_LATER = auto()


class Disputes(Enum):
    """Whether the shopper disputes the payment, and who wins."""

    NEVER = auto()
    OPENED = auto()
    WON = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a payment goes through; without a decline code it is captured, or held first."""

    name: str
    decline_code: str = ""
    settles_after: int = 0
    challenged: bool = False
    outlives_void: bool = False
    times_out: bool = False
    declines_again: bool = False
    mode: str = "test"
    capture: Capture = Capture.ALL
    holds: Holds = Holds.KEEP
    telling: Telling = Telling.AT_ONCE
    refunds: Refunds = Refunds.SUCCEED
    disputes: Disputes = Disputes.NEVER

    def captures(self, amount: int) -> int:
        """How much of an amount in minor units is captured."""
        match self.capture:
            case Capture.ALL:
                return amount
            case Capture.HALF:
                return max(1, amount // 2)
            case Capture.TOO_LITTLE:
                return max(1, amount - max(1, amount // 100))

    def releases(self, amount: int) -> int:
        """How much of an amount in minor units is let go."""
        return amount - self.captures(amount) if self.capture is Capture.HALF else 0


_ALL = (
    Scenario("approve"),
    Scenario("decline_generic", "generic_decline"),
    Scenario("decline_insufficient_funds", "insufficient_funds"),
    Scenario("decline_expired_card", "expired_card"),
    Scenario("decline_incorrect_cvc", "incorrect_cvc"),
    Scenario("decline_lost_card", "lost_card"),
    Scenario("decline_stolen_card", "stolen_card"),
    Scenario("decline_do_not_honor", "do_not_honor"),
    Scenario("decline_limit_exceeded", "limit_exceeded"),
    Scenario("decline_processing_error", "processing_error"),
    Scenario("decline_wallet", "wallet_declined"),
    Scenario("3ds", challenged=True),
    Scenario("3ds_declined_after", "generic_decline", challenged=True),
    Scenario("slow", settles_after=SLOW),
    Scenario("debit", settles_after=DEBIT),
    Scenario("debit_returned", "debit_returned", settles_after=DEBIT),
    Scenario("late_success_after_void", settles_after=AFTER_VOID, outlives_void=True),
    Scenario("timeout_captured", times_out=True),
    Scenario("webhook_lost", telling=Telling.NEVER),
    Scenario("webhook_repeated", telling=Telling.THREE_TIMES),
    Scenario("webhook_reordered", telling=Telling.REORDERED),
    Scenario("webhook_late", telling=Telling.LATE),
    Scenario("partial_capture", capture=Capture.HALF),
    Scenario("wrong_amount", capture=Capture.TOO_LITTLE),
    Scenario("wrong_mode", mode="live"),
    Scenario("refund_pending", refunds=Refunds.PENDING),
    Scenario("refund_pending_then_failed", refunds=Refunds.PENDING_THEN_FAIL),
    Scenario("refund_fails_later", refunds=Refunds.FAIL_LATER),
    Scenario("dispute_opened", disputes=Disputes.OPENED),
    Scenario("dispute_won", disputes=Disputes.WON),
    Scenario("dispute_lost", disputes=Disputes.LOST),
    Scenario("saved_declines", declines_again=True),
    Scenario("hold_lapses", holds=Holds.LAPSE_SOON),
    Scenario("capture_fails", holds=Holds.REFUSE_CAPTURE),
    Scenario("capture_times_out", holds=Holds.LOSE_ANSWER),
)
SCENARIOS = {scenario.name: scenario for scenario in _ALL}
BY_DIGITS = {
    **dict(enumerate(_ALL[1:10], start=1)),
    10: SCENARIOS["approve"],
    11: SCENARIOS["3ds"],
    12: SCENARIOS["3ds_declined_after"],
    20: SCENARIOS["slow"],
    21: SCENARIOS["debit_returned"],
    22: SCENARIOS["late_success_after_void"],
    23: SCENARIOS["timeout_captured"],
    30: SCENARIOS["webhook_lost"],
    31: SCENARIOS["webhook_repeated"],
    32: SCENARIOS["webhook_reordered"],
    33: SCENARIOS["webhook_late"],
    40: SCENARIOS["partial_capture"],
    41: SCENARIOS["wrong_amount"],
    42: SCENARIOS["wrong_mode"],
    50: SCENARIOS["refund_pending"],
    51: SCENARIOS["refund_pending_then_failed"],
    52: SCENARIOS["refund_fails_later"],
    60: SCENARIOS["dispute_opened"],
    61: SCENARIOS["dispute_won"],
    62: SCENARIOS["dispute_lost"],
    70: SCENARIOS["saved_declines"],
    80: SCENARIOS["hold_lapses"],
    81: SCENARIOS["capture_fails"],
    82: SCENARIOS["capture_times_out"],
}
"""What the last two digits of an amount choose, in XTS only."""
