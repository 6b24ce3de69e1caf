"""Staff are told of settlement reports that do not come or were refused: once, until it is well."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django
import pytest
from django.core import mail
from pytest_django import DjangoAssertNumQueries, Settings

from orders.clock import now
from payments.models import ProviderAccount, SettlementFile
from payments.models.settlement import FileSource, FileState
from payments.monitoring.late import late_reports
from payments.monitoring.report import look
from payments.services.alert_reports import alert_of_late_reports, alert_of_refused_reports
from tests.factories import an_account, an_attempt, later
from tests.payments.disagreeing import a_file

pytestmark = pytest.mark.django_db
FOUR_DAYS = timedelta(days=4)


@pytest.fixture(autouse=True)
def _managers(settings: Settings) -> None:
    names = ["ann@example.com"] if django.VERSION >= (6,) else [("Ann", "ann@example.com")]
    settings.MANAGERS = names


def ago(days: int) -> date:
    return now().date() - timedelta(days=days)


def a_report(days: int, **given: Any) -> SettlementFile:
    """A fetched report of a day so many days ago."""
    day = ago(days)
    values = {"source": FileSource.FETCHED, "first_day": day, "last_day": day, "ended_at": now()}
    return a_file(**(values | {"name": f"sandbox {day}"} | given))


def refused(days: int = 1, **given: Any) -> SettlementFile:
    return a_report(days, state=FileState.REFUSED, **({"why": "it breaks off"} | given))


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True)])
def test_a_report_is_late_after_three_days(days: int, *, late: bool) -> None:
    a_report(days)

    assert list(late_reports()) == (["sandbox"] if late else [])


def test_reports_that_never_came_are_late_once_something_was_paid() -> None:
    an_attempt()

    with later(FOUR_DAYS):
        assert late_reports() == {"sandbox": None}


def test_an_account_that_nobody_pays_by_is_not_waited_for() -> None:
    an_account()

    with later(FOUR_DAYS):
        assert late_reports() == {}


@pytest.mark.parametrize("change", [{"active": False}, {"mode": "live"}, {"provider": "other"}])
def test_an_account_of_which_nothing_is_fetched_is_not_waited_for(change: dict[str, Any]) -> None:
    a_report(9)
    ProviderAccount.objects.update(**change)

    assert late_reports() == {}


def test_late_reports_are_told_of_once_until_one_comes() -> None:
    a_report(9)
    assert [alert_of_late_reports() for _ in range(2)] == [1, 0]

    with later(timedelta(hours=1)):
        a_report(8)
    with later(timedelta(hours=2)):
        assert alert_of_late_reports() == 1

    first, second = mail.outbox
    assert f"sandbox: {ago(9)}" in first.body
    assert f"sandbox: {ago(8)}" in second.body


def test_refused_reports_are_told_of_by_one_mail_and_once() -> None:
    refused(1)
    refused(2)

    assert [alert_of_refused_reports() for _ in range(2)] == [2, 0]

    (sent,) = mail.outbox
    assert f"sandbox {ago(2)}: it breaks off" in sent.body


def test_why_a_report_was_refused_is_told_in_the_language_of_the_site(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "zh-hans"
    refused(1, why="the file is empty")

    alert_of_refused_reports()

    assert f"sandbox {ago(1)}: 文件是空的" in mail.outbox[0].body


def test_a_refused_upload_was_seen_by_who_uploaded_it() -> None:
    refused(source=FileSource.UPLOAD)

    assert alert_of_refused_reports() == 0


@pytest.mark.parametrize("alert", [alert_of_late_reports, alert_of_refused_reports])
def test_a_mail_that_failed_is_sent_the_next_time(settings: Settings, alert: Any) -> None:
    a_report(9)
    refused()
    settings.EMAIL_BACKEND = "tests.orders.broken_mail.BrokenBackend"
    alert()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert (alert(), len(mail.outbox)) == (1, 1)


def test_the_status_names_both_until_they_are_well() -> None:
    a_report(9)
    refused(2)
    found = [problem for problem in look().problems if problem.startswith("reports")]

    a_report(2, source=FileSource.UPLOAD)

    assert len(found) == 2
    assert f"the last is of {ago(9)} (limit 3 d" in found[0]
    assert [problem for problem in look().problems if problem.startswith("reports")] == []


def test_late_reports_cost_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        account = an_account(code=f"a{number}", merchant_id=f"mer_{number}")
        a_report(9, account=account)

    with django_assert_num_queries(1):
        assert len(late_reports()) == 5
