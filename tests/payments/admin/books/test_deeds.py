"""The buttons and forms of a discrepancy: who may, once, and with an audit row."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from payments.admin.books.discrepancy import DiscrepancyAdmin
from payments.models import Discrepancy, Entry
from payments.models.discrepancy import DiscrepancyKind as Kind
from payments.models.discrepancy import DiscrepancyState as State
from payments.models.discrepancy import Resolution
from payments.reconciliation.resolve import figures
from tests.payments.admin.books.cast import APPROVE, RESOLVE, SEE, deed_url, page_of
from tests.payments.admin.cast import staff
from tests.payments.disagreeing import a_discrepancy, a_person, settle

pytestmark = pytest.mark.django_db
FORMS = ("evidence", "resolve", "approve", "reject")


@pytest.fixture
def limited(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_resolutions_above": {"GBP": "0.50"}}


def press(client: Client, row: Discrepancy, act: str, **typed: str) -> Any:
    asked = {"request_key": "k", "seen": figures(row)}
    if act == "resolve":
        asked |= {"resolution": "adjusted", "reason": "they are right", "evidence": "ticket 1"}
    if act == "evidence":
        asked |= {"evidence": "their mail"}
    if act in {"approve", "reject"}:
        asked |= {"note": "looked at it"}
    return client.post(deed_url(row, act), asked | typed)


def fresh(row: Discrepancy) -> Discrepancy:
    return Discrepancy.objects.get(pk=row.pk)


def offered(client: Client, row: Discrepancy) -> list[str]:
    return [name for name, _label in client.get(page_of(row)).context["buttons"]]


def test_the_buttons_are_those_that_do_something_for_this_person() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)
    assert offered(clerk, row) == ["resolve", "take", "evidence"]

    press(clerk, row, "take")
    assert offered(clerk, row) == ["resolve", "evidence"]
    assert offered(staff(SEE, RESOLVE, name="other"), row) == ["take-over"]
    assert offered(staff(SEE, APPROVE, name="chief"), row) == []

    press(clerk, row, "resolve")
    assert offered(clerk, row) == []


@pytest.mark.usefixtures("limited")
def test_who_proposed_takes_it_back_and_others_decide() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE, APPROVE)
    press(clerk, row, "resolve")

    assert offered(clerk, row) == ["reject"]
    assert "Take back…" in clerk.get(page_of(row)).content.decode()
    assert offered(staff(SEE, APPROVE, name="chief"), row) == ["approve", "reject"]
    assert offered(staff(SEE, RESOLVE, name="other"), row) == []


def test_looking_after_it_is_noted_once() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)

    assert [press(clerk, row, "take").status_code for _ in range(2)] == [302, 302]

    assert str(fresh(row).owner) == "clerk"
    assert LogEntry.objects.get().change_message == "Looked after."


def test_anothers_is_taken_over_by_its_own_button() -> None:
    row = a_discrepancy()
    press(staff(SEE, RESOLVE, name="ann"), row, "take")
    clerk = staff(SEE, RESOLVE)

    refused = clerk.post(deed_url(row, "take"), follow=True).content.decode()
    assert "Ann looks after this: take it over first." in refused
    press(clerk, row, "take-over")

    assert str(fresh(row).owner) == "clerk"


def test_settling_posts_its_entry_with_one_audit_row() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)

    assert [press(clerk, row, "resolve").status_code for _ in range(2)] == [302, 302]

    assert (fresh(row).state, Entry.objects.count()) == (State.RESOLVED, 1)
    said = LogEntry.objects.get()
    assert (str(said.user), said.object_id) == ("clerk", str(row.pk))
    assert said.change_message == "Settled: our books were adjusted. they are right"
    assert said.change_message in clerk.get(page_of(row)).content.decode()


def test_each_way_says_what_it_does_with_money_and_what_it_books() -> None:
    row = a_discrepancy()

    page = staff(SEE, RESOLVE).get(deed_url(row, "resolve")).content.decode()

    for shown in ("Our books follow theirs", ">+£1.00</span>", "as our loss"):
        assert shown in page
    assert "It is settled at once" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "This field is required."),
        ({"evidence": ""}, "Name the evidence"),
        ({"resolution": "auto"}, "Select a valid choice."),
        ({"seen": "amount:1:2"}, "The amounts have changed since you opened this page"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(changed: dict[str, str], said: str) -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)

    answer = press(clerk, row, "resolve", **({"reason": "typed at length"} | changed))

    page = answer.content.decode()
    assert (answer.status_code, fresh(row).state) == (400, State.OPEN)
    assert said in page
    assert changed.get("reason", "typed at length") in page
    assert 'value="k"' in page
    assert not LogEntry.objects.exists()


def test_what_another_has_settled_meanwhile_is_told_with_what_was_typed() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)
    settle(row, Resolution.WRITTEN_OFF, key="other")

    answer = press(clerk, row, "resolve", reason="typed at length")

    page = answer.content.decode()
    assert (answer.status_code, Entry.objects.count()) == (400, 1)
    assert "This is settled already: written off." in page
    assert "typed at length" in page


@pytest.mark.usefixtures("limited")
def test_above_the_limit_it_is_proposed_and_approved_by_another() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)
    assert "Propose this" in clerk.get(deed_url(row, "resolve")).content.decode()
    press(clerk, row, "resolve")
    assert (fresh(row).state, Entry.objects.count()) == (State.PROPOSED, 0)
    chief = staff(SEE, APPROVE, name="chief")
    page = chief.get(deed_url(row, "approve")).content.decode()
    for shown in ("Proposed by clerk", "they are right", "ticket 1", "suspense"):
        assert shown in page

    press(chief, row, "approve")

    assert (fresh(row).state, str(fresh(row).approved_by)) == (State.RESOLVED, "chief")
    assert Entry.objects.count() == 1
    assert LogEntry.objects.order_by("-pk")[0].change_message == "Approved. looked at it"


@pytest.mark.usefixtures("limited")
def test_who_proposed_cannot_approve_even_with_the_permission() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE, APPROVE)
    press(clerk, row, "resolve")

    answer = press(clerk, row, "approve")

    assert (answer.status_code, fresh(row).state) == (400, State.PROPOSED)
    assert "Who proposed this cannot approve it." in answer.content.decode()


@pytest.mark.usefixtures("limited")
def test_a_rejection_says_why_and_keeps_what_was_proposed() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)
    press(clerk, row, "resolve")
    chief = staff(SEE, APPROVE, name="chief")

    assert press(chief, row, "reject", note="").status_code == 400
    press(chief, row, "reject")

    assert fresh(row).state == State.INVESTIGATING
    page = clerk.get(deed_url(row, "resolve")).content.decode()
    assert "they are right" in page
    assert "ticket 1" in page


@pytest.mark.parametrize("act", ["take", "take-over", *FORMS])
@pytest.mark.parametrize("may", [[SEE], [RESOLVE, APPROVE]])
@pytest.mark.usefixtures("limited")
def test_nobody_does_anything_without_the_permission(act: str, may: list[str]) -> None:
    row = a_discrepancy()
    if act in {"approve", "reject"}:
        settle(row)
    before, clerk = fresh(row).state, staff(*may)

    assert clerk.get(deed_url(row, act)).status_code == 403
    assert press(clerk, row, act).status_code == 403
    assert (fresh(row).state, LogEntry.objects.count()) == (before, 0)


@pytest.mark.parametrize("act", ["approve", "reject"])
@pytest.mark.usefixtures("limited")
def test_who_may_only_resolve_decides_about_nothing_of_others(act: str) -> None:
    row = a_discrepancy()
    settle(row, by=a_person())

    assert press(staff(SEE, RESOLVE), row, act).status_code == 403


@pytest.mark.usefixtures("limited")
def test_who_may_only_resolve_takes_their_own_back() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)
    press(clerk, row, "resolve")

    assert "Take back what you proposed" in clerk.get(deed_url(row, "reject")).content.decode()
    press(clerk, row, "reject")

    assert fresh(row).state == State.INVESTIGATING


def test_what_is_settled_is_said_in_place_of_a_form() -> None:
    row = a_discrepancy()
    settle(row)

    page = staff(SEE, APPROVE).get(deed_url(row, "approve")).content.decode()

    assert "This is settled already: our books were adjusted." in page
    assert 'name="note"' not in page


@pytest.mark.parametrize("act", ["delete", "approve%0A"])
def test_another_act_is_no_page(act: str) -> None:
    address = deed_url(a_discrepancy(), "approve").replace("approve", act)

    assert staff(SEE, RESOLVE, APPROVE).get(address).status_code == 404


def test_a_look_at_a_button_changes_nothing() -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)

    assert clerk.get(deed_url(row, "take")).status_code == 405
    assert fresh(row).owner is None


class Crash(Exception):
    """The process dies here."""


@pytest.mark.django_db(transaction=True)
def test_what_died_with_its_audit_row_is_repeated_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)

    def crash(*_given: object) -> None:
        raise Crash

    with monkeypatch.context() as dying:
        dying.setattr(DiscrepancyAdmin, "log_change", crash)
        with pytest.raises(Crash):
            press(clerk, row, "resolve")
    assert (fresh(row).state, Entry.objects.count()) == (State.OPEN, 0)

    press(clerk, row, "resolve")

    assert (Entry.objects.count(), LogEntry.objects.count()) == (1, 1)


def test_only_one_thing_can_be_done_about_a_line_that_cannot_be_read() -> None:
    row = a_discrepancy(Kind.UNPARSEABLE_LINE, ours=None, theirs=None, currency="")

    form = staff(SEE, RESOLVE).get(deed_url(row, "resolve")).context["form"]

    assert [way for way, _ in form.fields["resolution"].choices] == ["ignored"]


def test_the_pages_cost_so_many_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    row, clerk = a_discrepancy(), staff(SEE, RESOLVE)

    # session, user, two of permissions, the row, what each of two ways would post beyond the ledger
    with django_assert_num_queries(9):
        clerk.get(deed_url(row, "resolve"))
