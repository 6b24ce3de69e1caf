"""Staff prove a day in the admin and ask for a report: drawn, told, printed, open to all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, ViewportSize, expect

from config.stack import Stack
from tests.browser.clerk import sign_in
from tests.browser.differing import KEPT
from tests.browser.visitor import Visitor

BOOKS = (
    KEPT.format(code="harbour")
    + """
from datetime import timedelta
from orders.clock import now
from payments.reconciliation.close import close_days
from payments.states import EntryKind
from tests.payments.reconciliation.proving import a_payout, a_report, at, booked, told
day = now().date() - timedelta(days=2)
report = a_report(account, day)
of_day = {"kind": EntryKind.CAPTURE, "payout": a_payout(account), "ref": "A" * 21}
booked(account, 6000, at(day), **of_day)
told(report, 6000, our_ref="A" * 21)
told(report, 2500)
close_days()
"""
)
"""A payment that only its provider knows, and that nobody has compared."""
SCREENS = [(width, scheme) for width in (375, 1280) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def day(stack: Stack) -> date:
    """The day that is proven."""
    stack.manage("shell", "-v0", "-c", BOOKS)
    return datetime.now(UTC).date() - timedelta(days=2)


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def staff(
    request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], stack: Stack
) -> Visitor:
    width, scheme = request.param
    size = ViewportSize(width=width, height=900)
    page = new_context(viewport=size, color_scheme=scheme).new_page()
    sign_in(page, stack)
    return Visitor(page, stack.base_url)


def test_what_nobody_explains_is_drawn_and_told(day: date, staff: Visitor) -> None:
    page = staff.page
    page.goto("/admin/payments/")
    page.get_by_role("link", name="Prove a day").click()
    page.get_by_role("link", name="harbour, GBP").click()
    assert staff.barriers() == ""
    assert staff.overhang() == 0

    page.goto(f"/admin/payments/daybalance/of/harbour.GBP/{day}/")

    told = f"Proof of {day.day} {day:%b %Y}, harbour, GBP"
    drawing = page.get_by_role("img", name=told)
    expect(drawing).to_be_visible()
    expect(page.get_by_text("£25.00 of the difference is explained by nothing.")).to_be_visible()
    assert staff.barriers() == ""
    assert staff.overhang() == 0
    assert staff.complaints == []


def test_the_proof_is_printed_without_what_is_only_for_the_screen(
    day: date, staff: Visitor
) -> None:
    page = staff.page
    page.goto(f"/admin/payments/daybalance/of/harbour.GBP/{day}/")

    page.emulate_media(media="print")

    expect(page.get_by_role("link", name="Download as CSV")).to_be_hidden()
    expect(page.get_by_role("row", name="Closing")).to_be_visible()
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}


def test_a_report_is_asked_for_by_month(day: date, staff: Visitor) -> None:
    page = staff.page
    page.goto("/admin/payments/daybalance/reports/")
    page.get_by_label("By").select_option("month")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_role("img", name="Sales, refunds and disputes in GBP")).to_be_visible()
    expect(page.get_by_role("row", name="Total").first).to_be_visible()
    assert staff.barriers() == ""
    assert staff.overhang() == 0
