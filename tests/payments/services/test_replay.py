"""Replaying: each event is applied again now, and says what came of it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from orders.clock import now
from payments.models import Attempt, InboxEvent, Payment
from payments.services import replay as module
from payments.services.replay import replay
from payments.states import InboxState, PaymentStatus
from tests.factories import an_account, an_attempt
from tests.payments.sending import dead

pytestmark = pytest.mark.django_db


def command(*args: str) -> str:
    out = io.StringIO()
    call_command("replay_webhooks", *args, stdout=out)
    return out.getvalue()


def refused(*args: str) -> str:
    with pytest.raises(CommandError) as refusal:
        call_command("replay_webhooks", *args, stdout=io.StringIO())
    return str(refusal.value)


def test_a_dead_event_is_done() -> None:
    event = dead(an_attempt())

    (result,) = replay([event])

    assert result.done
    assert InboxEvent.objects.get().state == InboxState.DONE
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_a_done_event_is_applied_again_and_changes_nothing() -> None:
    event = dead(an_attempt())
    list(replay([event]))

    (again,) = replay([InboxEvent.objects.get()])

    assert again.done
    assert Payment.objects.get().captured == 6000


def test_a_dead_event_that_fails_again_says_why_and_stays_dead() -> None:
    event = dead(an_attempt(), body=b"{}")

    (result,) = replay([event])

    assert result.why == "BadAnswer: malformed answer: event.data is not an object"
    event.refresh_from_db()
    assert (event.state, event.next_run_at, event.tries) == (InboxState.DEAD, None, 9)


def test_one_that_waited_too_long_and_now_fails_stays_dead() -> None:
    event = dead(an_attempt(), body=b"{}", tries=0)

    list(replay([event]))

    event.refresh_from_db()
    assert (event.state, event.next_run_at) == (InboxState.DEAD, None)


def test_one_that_fails_does_not_keep_the_next_waiting() -> None:
    broken, good = dead(an_attempt(), body=b"{}"), dead(an_attempt())

    assert [result.done for result in replay([broken, good])] == [False, True]


def test_one_that_still_fits_no_payment_says_so() -> None:
    attempt = an_attempt()
    event = dead(attempt)
    Attempt.objects.update(our_ref="A" + "Z" * 20)

    (result,) = replay([event])

    assert result.why == "no payment of ours has this reference"
    assert result.event.state == InboxState.PARKED


def test_one_whose_body_is_forgotten_says_so() -> None:
    event = dead(an_attempt(), forgotten_at=now())

    (result,) = replay([event])

    assert result.why.startswith("BodyForgotten: its body was forgotten on ")


def test_the_command_replays_what_is_dead_and_nothing_else() -> None:
    event, done = dead(an_attempt()), dead(an_attempt())
    InboxEvent.objects.filter(pk=done.pk).update(state=InboxState.DONE)

    said = command()

    assert said == f"{event.event_id}  sandbox  done\n1 done.\n"


def test_the_command_replays_more_than_it_reads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for _ in range(5):
        dead(an_attempt())

    assert command().endswith("5 done.\n")


def test_the_command_fails_where_an_event_fails_again() -> None:
    dead(an_attempt(), body=b"{}")

    assert refused() == "1 of 1 are not done."


@pytest.mark.parametrize(
    "given",
    [
        ("--account", "sandbox"),
        ("--since", "2026-01-01"),
        ("--state", "dead", "--since", "2026-01-01T00:00+01:00"),
    ],
    ids=str,
)
def test_the_command_takes_what_fits(given: tuple[str, ...]) -> None:
    dead(an_attempt())

    assert command(*given).endswith("1 done.\n")


def test_the_command_takes_events_by_name_in_any_state() -> None:
    event = dead(an_attempt())
    InboxEvent.objects.update(state=InboxState.PARKED)

    assert command(event.event_id).endswith("1 done.\n")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("--account", "bank"), "no account 'bank'; there are: sandbox"),
        (("--since", "2999-01-01"), "2999-01-01 00:00 UTC is in the future"),
        (("--until", "2999-01-01"), "2999-01-01 00:00 UTC is in the future"),
        (("--since", "2026-02-01", "--until", "2026-01-01"), "the end is not after the beginning"),
        (("--until", "2020-01-01"), "no event fits what was asked for"),
        (("--state", "parked"), "no event fits what was asked for"),
        (("evt_x",), "no event that fits is called evt_x"),
    ],
    ids=str,
)
def test_the_command_says_why_it_replays_nothing(given: tuple[str, ...], reason: str) -> None:
    dead(an_attempt())

    assert refused(*given) == f"Nothing was replayed: {reason}."
    assert InboxEvent.objects.get().state == InboxState.DEAD


def test_the_command_refuses_a_state_there_is_not() -> None:
    assert "invalid choice" in refused("--state", "lost")


@pytest.mark.parametrize("end", ["--since", "--until"])
def test_the_command_says_how_a_moment_is_written(end: str) -> None:
    assert "no moment in ISO 8601, such as 2026-11-25T14:00+00:00" in refused(end, "yesterday")


def test_events_of_another_account_are_left_alone() -> None:
    event = dead(an_attempt())
    an_account(code="other", merchant_id="mer_other")

    assert "no event fits" in refused("--account", "other")
    event.refresh_from_db()
    assert event.state == InboxState.DEAD


def test_the_time_is_when_an_event_came_in() -> None:
    event = dead(an_attempt())
    before = (event.received_at - timedelta(seconds=1)).isoformat()

    assert "no event fits" in refused("--until", before)
    assert command("--since", before).endswith("1 done.\n")
