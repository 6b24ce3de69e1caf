"""An event that fits no payment waits until the provider's name for one is known here."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from orders.clock import clock_at, now
from payments.models import Attempt, InboxEvent, ParkedReference, Payment
from payments.providers.base import ProviderObject, RawRequest, Status, WebhookEvent
from payments.providers.sandbox.webhook import read_event
from payments.schedule import PARKED_FOR, next_look
from payments.services import told
from payments.services.apply import apply_outcome
from payments.services.inbox import drain_inbox
from payments.services.parked import NO_PAYMENT, NOT_OURS, park
from payments.services.receive import receive
from payments.states import InboxState, PaymentStatus
from tests.factories import an_account, an_attempt, later, seen
from tests.payments.sending import stored
from tests.payments.services.cast import apply
from tests.payments.wire import a_captured_body, a_payment_body

pytestmark = pytest.mark.django_db(transaction=True)
THEIRS = (ProviderObject("payment", "pay_theirs"),)


def parked(attempt: Attempt) -> InboxEvent:
    """An event that calls the attempt only what the provider calls it; not known here yet."""
    body = a_captured_body(attempt)
    body["data"] = a_payment_body(attempt, id=THEIRS[0].id, reference="")
    event = read_event(body)
    receive(account=attempt.account, event=event, raw=RawRequest(json.dumps(body).encode(), {}))
    drain_inbox()
    return InboxEvent.objects.get()


def answered(attempt: Attempt, source: str = "poll") -> None:
    """The provider's first answer about an attempt, with what it calls the payment."""
    outcome = seen(attempt, Status.REQUIRES_ACTION, objects=THEIRS)
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source=source)


@pytest.fixture
def attempt() -> Attempt:
    return an_attempt()


def test_it_is_due_again_as_soon_as_its_payment_is_known(attempt: Attempt) -> None:
    assert parked(attempt).state == InboxState.PARKED

    answered(attempt)
    drain_inbox()

    assert InboxEvent.objects.get().state == InboxState.DONE
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_one_that_overtook_the_answer_to_the_creation_is_applied_seconds_later(
    attempt: Attempt,
) -> None:
    parked(attempt)
    answered(attempt, source="create")

    with later(timedelta(seconds=5)):
        drain_inbox()

    assert InboxEvent.objects.get().state == InboxState.DONE


def test_it_is_not_looked_at_before(attempt: Attempt) -> None:
    parked(attempt)

    assert drain_inbox() == 0


def test_what_another_account_calls_the_same_releases_nothing(attempt: Attempt) -> None:
    parked(attempt)
    other = an_attempt(account=an_account(code="other", merchant_id="mer_other"))

    answered(other)

    assert drain_inbox() == 0


def test_it_is_looked_at_again_even_if_nobody_released_it(attempt: Attempt) -> None:
    parked(attempt)

    with later(timedelta(minutes=2)):
        assert drain_inbox() == 1


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(), timedelta(seconds=5)),
        (timedelta(hours=4), timedelta(hours=1)),
        (timedelta(hours=71), timedelta(hours=1)),
        (PARKED_FOR - timedelta(seconds=1), timedelta(seconds=1)),
    ],
    ids=str,
)
def test_the_older_it_is_the_more_rarely_it_is_looked_at(age: timedelta, wait: timedelta) -> None:
    at = now()

    assert next_look(at - age, at=at) == at + wait


def test_after_three_days_it_is_given_up() -> None:
    assert next_look(now() - PARKED_FOR, at=now()) is None


def test_its_references_are_stored_once(attempt: Attempt) -> None:
    event = parked(attempt)

    with later(timedelta(minutes=2)):
        drain_inbox()

    reference = ParkedReference.objects.get()
    assert (reference.event_id, reference.object_id) == (event.pk, "pay_theirs")


def test_an_answer_between_the_look_and_the_parking_is_not_missed(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(event: InboxEvent, what: WebhookEvent) -> None:
        answered(attempt)  # it finds nothing parked yet
        park(event, what)

    monkeypatch.setattr(told, "park", late)

    assert parked(attempt).state == InboxState.DONE


def referring_to(attempt: Attempt, reference: str, **facts: str) -> InboxEvent:
    """A worked-off event that names such a reference."""
    event = stored(attempt, reference=reference, **{"id": "pay_other"} | facts)
    drain_inbox()
    event.refresh_from_db()
    return event


def test_a_reference_that_is_certainly_not_ours_is_another_shops(attempt: Attempt) -> None:
    event = referring_to(attempt, "shop-b-1234")

    assert (event.state, event.next_run_at) == (InboxState.IGNORED, None)


def test_a_reference_that_may_be_ours_is_waited_for(attempt: Attempt) -> None:
    assert referring_to(attempt, "A" + "0" * 20).state == InboxState.PARKED


def test_a_payment_that_is_known_is_ours_whatever_reference_it_is_given(attempt: Attempt) -> None:
    answered(attempt)

    event = referring_to(attempt, "shop-b-1234", id="pay_theirs")

    assert (event.state, event.attempt_id) == (InboxState.DONE, attempt.pk)


def test_an_event_that_waits_for_an_id_is_queued_once_the_id_is_seen() -> None:
    """The charge's id comes with a later sight of a payment of which we have heard already."""
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.REQUIRES_ACTION))
    event = InboxEvent.objects.create(
        account=attempt.account,
        event_id="evt_1",
        kind="charge.captured",
        body=b"{}",
        state=InboxState.PARKED,
        next_run_at=now() + timedelta(hours=10),
    )
    ParkedReference.objects.create(event=event, object_id="ch_1")

    apply(attempt, seen(attempt, Status.PROCESSING, objects=(ProviderObject("charge", "ch_1"),)))

    event.refresh_from_db()
    assert event.next_run_at is not None
    assert event.next_run_at <= now()


def test_what_is_parked_says_why_and_when_it_is_looked_at_again(attempt: Attempt) -> None:
    moment = now()

    with clock_at(lambda: moment):
        event = parked(attempt)

    assert event.next_run_at == next_look(event.received_at, at=moment)
    assert event.last_error == NO_PAYMENT


def test_another_shops_is_done_at_once_and_says_why(attempt: Attempt) -> None:
    moment = now()

    with clock_at(lambda: moment):
        event = referring_to(attempt, "shop-b-1234")

    assert (event.done_at, event.last_error) == (moment, NOT_OURS)


@pytest.mark.parametrize(
    ("reference", "state"),
    [
        ("A" + "0" * 19, InboxState.IGNORED),
        ("A" + "0" * 21, InboxState.IGNORED),
        ("1" + "0" * 20, InboxState.IGNORED),
        ("a" + "z" * 20, InboxState.PARKED),
        ("", InboxState.PARKED),
    ],
)
def test_a_reference_is_ours_by_its_form(
    attempt: Attempt, reference: str, state: InboxState
) -> None:
    assert referring_to(attempt, reference).state == state


def test_one_that_was_parked_is_not_taken_for_another_shops_later(attempt: Attempt) -> None:
    event = referring_to(attempt, "A" + "0" * 20)

    park(event, WebhookEvent("evt_1", "paid", our_ref="shop-b-1234"))

    event.refresh_from_db()
    assert event.state == InboxState.PARKED


def test_one_that_is_done_is_parked_no_more(attempt: Attempt) -> None:
    event = referring_to(attempt, "A" + "0" * 20)
    InboxEvent.objects.update(state=InboxState.DONE)

    park(event, WebhookEvent("evt_1", "paid"))

    event.refresh_from_db()
    assert event.state == InboxState.DONE


def test_only_what_waits_for_these_names_is_due(attempt: Attempt) -> None:
    other = referring_to(an_attempt(), "A" + "0" * 20, id="pay_of_another")
    parked_now = InboxEvent.objects.exclude(pk=other.pk)
    body = a_captured_body(attempt)
    body["data"] = a_payment_body(attempt, id=THEIRS[0].id, reference="")
    raw = RawRequest(json.dumps(body).encode(), {})
    receive(account=attempt.account, event=read_event(body), raw=raw)
    drain_inbox()

    moment = now()
    with clock_at(lambda: moment):
        answered(attempt)

    other.refresh_from_db()
    assert parked_now.get().next_run_at == moment
    assert other.next_run_at
    assert other.next_run_at > moment


def test_at_a_bank_whose_events_all_bear_our_reference_one_is_given_up(attempt: Attempt) -> None:
    parked(attempt)

    with later(PARKED_FOR):
        drain_inbox()

    assert InboxEvent.objects.get().state == InboxState.DEAD
