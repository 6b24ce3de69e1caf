"""When a provider is asked again: the table, jitter and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.providers.capabilities import Flow
from payments.schedule import (
    JITTER,
    WAITS,
    Case,
    case_of,
    is_pressing,
    next_poll,
    next_removal,
    next_sending,
    time_to_close,
)
from payments.states import AttemptStatus

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST_WAITS = {
    Case.REDIRECT: (30, 60, 120, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400),
    Case.QR: (5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800),
    Case.SLOW: (3600, 21600, *[86400] * 14),
    Case.UNKNOWN: (10, 30, 120, 600, 3600, 21600, 86400, *[86400] * 7),
    Case.REFUND: (60, 600, 3600, 21600, *[86400] * 14),
    Case.CLOSED: (3600, 21600, *[86400] * 3),
}


@pytest.mark.parametrize("case", Case)
def test_the_waits_are_those_of_the_design(case: Case) -> None:
    assert tuple(wait.total_seconds() for wait in WAITS[case]) == FIRST_WAITS[case]


@given(case=st.sampled_from(Case), polls=st.integers(0, 4))
def test_a_wait_is_at_most_a_fifth_off(case: Case, polls: int) -> None:
    wait = WAITS[case][polls]

    moment = next_poll(case, polls, at=NOON)

    assert moment is not None
    assert abs(moment - NOON - wait) <= wait * JITTER


@pytest.mark.parametrize("case", [Case.SLOW, Case.UNKNOWN, Case.REFUND, Case.CLOSED])
def test_after_the_last_wait_nobody_asks(case: Case) -> None:
    assert next_poll(case, len(WAITS[case]), at=NOON) is None


@pytest.mark.parametrize("case", [Case.REDIRECT, Case.QR])
def test_what_the_shopper_left_is_closed_at_the_end_of_the_waits(case: Case) -> None:
    assert not time_to_close(case, len(WAITS[case]))
    assert time_to_close(case, len(WAITS[case]) + 1)


def test_a_code_is_asked_about_at_the_moment_it_ends() -> None:
    ends = NOON + timedelta(seconds=90)

    assert next_poll(Case.QR, 5, at=NOON, action_ends=ends) == ends


CASES = [
    (AttemptStatus.UNKNOWN, Flow.QR, Case.UNKNOWN),
    (AttemptStatus.REQUIRES_ACTION, Flow.QR, Case.QR),
    (AttemptStatus.REQUIRES_ACTION, Flow.SLOW, Case.REDIRECT),
    (AttemptStatus.PROCESSING, Flow.SLOW, Case.SLOW),
    (AttemptStatus.PROCESSING, Flow.REDIRECT, Case.REDIRECT),
    (AttemptStatus.VOIDED, Flow.QR, Case.CLOSED),
    (AttemptStatus.EXPIRED, Flow.REDIRECT, Case.CLOSED),
    (AttemptStatus.DECLINED, Flow.SLOW, Case.CLOSED),
    (AttemptStatus.REQUIRES_ACTION, Flow.OFFLINE, Case.SLOW),
    (AttemptStatus.PROCESSING, Flow.OFFLINE, Case.SLOW),
]


@pytest.mark.parametrize(("status", "flow", "case"), CASES)
def test_status_and_flow_choose_the_waits(status: AttemptStatus, flow: Flow, case: Case) -> None:
    assert case_of(status, flow) == case


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(), timedelta(minutes=10)),
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(days=300), timedelta(days=1)),
        (timedelta(hours=-1), timedelta(minutes=10)),
    ],
)
def test_a_removal_that_does_not_get_through_is_tried_more_and_more_rarely_then_daily(
    age: timedelta, pause: timedelta
) -> None:
    assert next_removal(NOON - age, at=NOON) == NOON + pause


polls = st.integers(0, 40)
spans = st.timedeltas(timedelta(seconds=-1), timedelta(days=2))


@given(case=st.sampled_from(Case), number=polls)
def test_a_question_lies_ahead_and_after_the_last_there_is_none(case: Case, number: int) -> None:
    moment = next_poll(case, number, at=NOON)

    assert moment is None or moment > NOON
    assert moment or next_poll(case, number + 1, at=NOON) is None


@given(case=st.sampled_from(Case), number=polls, ends=spans)
def test_no_question_leaps_over_the_end_of_what_the_shopper_may_do(
    case: Case, number: int, ends: timedelta
) -> None:
    moment = next_poll(case, number, at=NOON, action_ends=NOON + ends)

    assert moment is None or ends <= timedelta() or moment <= NOON + ends


@given(case=st.sampled_from(Case), number=polls)
def test_what_is_to_be_closed_stays_so(case: Case, number: int) -> None:
    assert time_to_close(case, number + 1) or not time_to_close(case, number)


@given(status=st.sampled_from(AttemptStatus), flow=st.sampled_from(Flow))
def test_every_status_of_every_flow_has_its_waits(status: AttemptStatus, flow: Flow) -> None:
    assert WAITS[case_of(status, flow)]


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("left", "last"), [(5 * HOUR, 2 * HOUR), (2 * HOUR, 10 * MINUTE), (HOUR, 10 * MINUTE)]
)
def test_evidence_is_sent_once_more_before_it_is_due(left: timedelta, last: timedelta) -> None:
    due = NOON + left

    assert next_sending(5, due, at=NOON) == due - last


@pytest.mark.parametrize("due", [None, NOON + 5 * HOUR])
def test_evidence_is_sent_by_the_table_where_there_is_time(due: datetime | None) -> None:
    again = next_sending(0, due, at=NOON)

    assert again
    assert again - NOON <= timedelta(seconds=12)


@pytest.mark.parametrize(
    ("due", "ago", "pressing"),
    [
        (NOON + 5 * HOUR, 59 * MINUTE, False),
        (NOON + 5 * HOUR, HOUR, True),
        (NOON + 3 * HOUR, MINUTE, True),
        (None, MINUTE, False),
        (None, HOUR, True),
    ],
)
def test_evidence_presses_within_two_hours_of_its_day_or_after_an_hour(
    due: datetime | None, ago: timedelta, pressing: bool
) -> None:
    again = NOON + HOUR

    assert is_pressing(due, again=again, since=NOON - ago, at=NOON) is pressing
