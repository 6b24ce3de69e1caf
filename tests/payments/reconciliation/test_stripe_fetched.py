"""How a day's report comes from Stripe, which makes it first, and what is no such report."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from payments.models import Discrepancy, Payout, SettlementFile
from payments.providers.errors import ProviderDown
from payments.providers.stripe import day
from payments.providers.stripe.columns import MEMBERS, SUMMARY
from payments.providers.stripe.day import SMALL
from payments.reconciliation import fetch
from payments.registry import reports_of
from tests.payments.reconciliation.stripe_books import (
    A_DAY,
    MONDAY,
    Stripe,
    a_shop,
    unsettled,
)

pytestmark = pytest.mark.django_db


def test_what_stripe_has_to_make_first_is_fetched_once_it_is_made(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)

    assert (fetch.fetch_reports(), fetch.fetch_reports()) == (0, 0)
    stripe.forward(A_DAY / 100)

    assert fetch.fetch_reports() == 1
    runs = stripe.fake.shelf(stripe.account.merchant_id).of("reporting.report_run")
    assert len(runs) == 4


def test_a_report_of_other_columns_is_not_the_one_that_was_asked_for_before(
    stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    runs = stripe.fake.shelf(stripe.account.merchant_id).of("reporting.report_run")
    asked = len(runs)
    fewer = {kind: columns[:-1] for kind, columns in day.ASKED.items()}
    monkeypatch.setattr(day, "ASKED", fewer)

    fetch.fetch_reports()

    assert len(runs) == 2 * asked


def test_all_days_that_are_owed_are_made_at_once_and_come_at_the_next_hour(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(7 * A_DAY)

    assert fetch.fetch_reports() == 0
    stripe.forward(A_DAY / 24)

    assert fetch.fetch_reports() == 7
    in_order = SettlementFile.objects.order_by("pk").values_list("first_day", flat=True)
    assert list(in_order) == [MONDAY.date() + n * A_DAY for n in range(7)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("acct_", "acct_x"), "it is of the account"),
        (("#mode,test", "#mode,live"), "it is of the mode live"),
        (("#end", ""), "The file breaks off"),
        ((f"{MONDAY.date()},", f"{(MONDAY - A_DAY).date()},"), "it is about"),
    ],
)
def test_a_file_that_is_not_what_was_asked_for_is_refused(
    stripe: Stripe, change: tuple[str, str], why: str
) -> None:
    stripe.sells()

    file = stripe.night_with(lambda text: text.replace(*change))

    assert file.state == "refused"
    assert file.refused_for.startswith(why)


def test_a_report_that_stripe_failed_to_make_is_asked_for_anew(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    stripe.fake.fail_reports(stripe.account.merchant_id)

    fetch.fetch_reports()
    stripe.forward(A_DAY / 100)

    assert fetch.fetch_reports() == 1


def test_a_report_that_fails_each_time_is_told_to_staff_and_asked_for_no_more(
    stripe: Stripe,
) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    for _time in range(5):
        fetch.fetch_reports()
        stripe.fake.fail_reports(stripe.account.merchant_id)

    file = SettlementFile.objects.get()
    assert file.state == "refused"
    assert "failed: An error occurred." in file.refused_for
    assert Discrepancy.objects.count() == 0


def test_a_file_that_broke_off_on_its_way_is_fetched_again(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    stripe.forward(A_DAY / 100)
    file = next(iter(stripe.fake.shelf(stripe.account.merchant_id).of("file")))

    file["size"] += 1
    assert (fetch.fetch_reports(), SettlementFile.objects.count()) == (0, 0)
    file["size"] -= 1

    assert fetch.fetch_reports() == 1


def test_a_report_that_a_key_of_another_account_got_is_refused(stripe: Stripe) -> None:
    stripe.sells()
    other = stripe.fake.open_account("Someone else")
    stripe.account.set_secrets({"secret_key": other.key})
    stripe.account.save()

    stripe.night()

    file = SettlementFile.objects.get()
    assert file.state == "refused"
    assert file.refused_for.startswith(f"it is of the account {other.id}")


def test_a_day_comes_without_what_is_in_payouts_where_stripe_refuses_that(
    stripe: Stripe, caplog: pytest.LogCaptureFixture
) -> None:
    stripe.fake.shelf(stripe.account.merchant_id).account.automatic_payouts = False
    stripe.sells()
    stripe.night()
    name = stripe.pays_out()
    stripe.night()
    stripe.night()

    assert Payout.objects.get(ref=name).lines_net == 5890
    assert unsettled() == []
    assert f"comes without {MEMBERS.kind}" in caplog.text


def test_what_a_day_came_without_stands_in_its_head(stripe: Stripe) -> None:
    stripe.fake.shelf(stripe.account.merchant_id).account.automatic_payouts = False
    stripe.sells()
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    stripe.forward(A_DAY / 100)

    assert f"\n#missing,{MEMBERS.kind}\n" in stripe.report(MONDAY.date())


def summary(stripe: Stripe, body: bytes) -> None:
    """Let Stripe have made another summary of the first day."""
    stripe.forward(A_DAY)
    fetch.fetch_reports()
    stripe.forward(A_DAY / 100)
    shelf = stripe.fake.shelf(stripe.account.merchant_id)
    (run,) = [each for each in shelf.of("reporting.report_run") if each["report_type"] == SUMMARY]
    shelf.notes[run["result"]["id"]]["body"] = body
    run["result"]["size"] = len(body)


@pytest.mark.parametrize(
    "body",
    [b"category,net_amount,currency\n\xff", b"", b"category,net_amount,currency\n", b"x" * 2**21],
)
def test_a_summary_that_is_none_is_waited_for_and_holds_up_no_other_account(
    stripe: Stripe, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    stripe.sells()
    summary(stripe, body)

    assert fetch.fetch_reports() == 0

    assert SettlementFile.objects.count() == 0
    assert "no report of stripe: malformed answer" in caplog.text


def test_a_summary_that_is_larger_than_it_says_is_read_no_further(
    stripe: Stripe, caplog: pytest.LogCaptureFixture
) -> None:
    stripe.sells()
    summary(stripe, b"x" * (SMALL.size * 4))
    for file in stripe.fake.shelf(stripe.account.merchant_id).of("file"):
        file["size"] = min(file["size"], SMALL.size)

    assert fetch.fetch_reports() == 0

    assert "no report of stripe: ReadError" in caplog.text


def test_a_balance_in_a_currency_that_we_do_not_know_holds_up_no_day(stripe: Stripe) -> None:
    rows = (
        "starting_balance,0.00,gbp\nending_balance,58.90,gbp\n"
        "starting_balance,0.00,usdc\nending_balance,1.234567,usdc\n"
    )
    stripe.sells()
    summary(stripe, f"category,net_amount,currency\n{rows}".encode())

    assert fetch.fetch_reports() == 1
    assert SettlementFile.objects.get().closing == {"GBP": 5890}


def test_a_day_before_stripe_has_any_data_is_passed_over(stripe: Stripe) -> None:
    stripe.sells()
    stripe.forward(A_DAY)
    tuesday = stripe.clock.time.replace(hour=0)
    shelf = stripe.fake.shelf(stripe.account.merchant_id)
    shelf.account.created = int(tuesday.timestamp())

    fetch.fetch_reports()

    assert stripe.days() == [MONDAY.date()]
    assert shelf.of("reporting.report_run") == []


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2026-03-08", "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
        ("2026-07-01", "2026-07-01T04:00Z", "2026-07-02T04:00Z"),
        ("2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
    ],
)
def test_a_day_is_asked_for_as_it_is_in_its_zone(day: str, begins: str, ends: str) -> None:
    """Of 23 hours where summer time begins, and of 25 where it ends."""
    asked = date.fromisoformat(day)
    with a_shop(opened=datetime(2026, 1, 5, 12, tzinfo=UTC)) as stripe:
        stripe.account.report_zone = "America/New_York"
        stripe.account.save()
        stripe.forward(datetime.fromisoformat(ends) + A_DAY - stripe.clock.time)
        with pytest.raises(ProviderDown, match="not made yet"):
            reports_of(stripe.account).fetch_report(asked)

        runs = stripe.fake.shelf(stripe.account.merchant_id).of("reporting.report_run")
        intervals = [run["parameters"] for run in runs]

    assert len(intervals) == 4
    for interval in intervals:
        assert moment(interval["interval_start"]) == datetime.fromisoformat(begins)
        assert moment(interval["interval_end"]) == datetime.fromisoformat(ends)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
