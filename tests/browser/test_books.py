"""What does not agree, in a browser: found, settled, proposed and approved; a file uploaded."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from config.stack import Stack
from tests.browser.differing import differ
from tests.browser.test_permissions import QUEUE, status
from tests.browser.visitor import Visitor

Hire = Callable[..., Visitor]
DISCREPANCIES = "/admin/payments/discrepancy/"
FILES = "/admin/payments/settlementfile/"
SEE, RESOLVE = "view_discrepancy", "resolve_discrepancy"
KEEPER = "view_settlementfile", "import_settlementfile"


def find(staff: Visitor, reference: str) -> Page:
    """Look for it as staff do, and open it."""
    page = staff.page
    page.goto(DISCREPANCIES)
    page.locator("#searchbar").fill(reference)  # the sidebar has a searchbox too
    page.get_by_role("button", name="Search").click()
    assert staff.barriers() == ""
    page.locator("#result_list a").first.click()
    expect(page.get_by_role("heading", name="In theirs")).to_be_visible()
    assert staff.barriers() == ""
    return page


def settle(staff: Visitor, way: str, button: str) -> None:
    page = staff.page
    page.get_by_role("link", name="Resolve…").click()
    assert staff.barriers() == ""
    page.get_by_label(way).check()
    page.get_by_label("Reason").fill("They sent a corrected invoice.")
    page.get_by_label("Evidence").fill("ticket 4711")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="What was done")).to_be_visible()


def test_who_may_resolve_looks_after_one_and_settles_it(stack: Stack, hire: Hire) -> None:
    staff = hire(SEE, RESOLVE, "view_entry")
    page = find(staff, differ(stack))

    page.get_by_role("button", name="Look after it").click()
    settle(staff, "Write it off.", "Settle it this way")

    expect(page.get_by_text("Settled: written off. They sent a corrected invoice.")).to_have_count(
        2
    )
    expect(page.get_by_text("losses", exact=True)).to_be_visible()
    assert staff.barriers() == ""
    assert staff.complaints == []


def test_a_form_that_is_not_whole_keeps_what_was_typed(stack: Stack, hire: Hire) -> None:
    staff = hire(SEE, RESOLVE)
    page = find(staff, differ(stack))
    page.get_by_role("link", name="Resolve…").click()
    page.get_by_label("Adjust our books.").check()
    page.get_by_label("Reason").fill("They are right.")

    page.get_by_role("button", name="Settle it this way").click()

    expect(page.get_by_text("Name the evidence")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("They are right.")
    expect(page.get_by_label("Adjust our books.")).to_be_checked()
    assert staff.barriers() == ""


def test_above_the_limit_another_approves_from_the_queue(stack: Stack, hire: Hire) -> None:
    reference = differ(stack, theirs=20000)
    staff = hire(SEE, RESOLVE)
    page = find(staff, reference)
    settle(staff, "Adjust our books.", "Propose this")
    expect(page.get_by_role("link", name="Approve…")).to_have_count(0)
    asked = page.url.replace("/change/", "/approve/do/")
    assert status(staff, asked) == 403

    chief = hire(SEE, "approve_discrepancy")
    chief.page.goto(f"{QUEUE}?of=proposals")
    assert chief.barriers() == ""
    row = chief.page.locator(".till-card", has_text=reference)
    row.get_by_role("link", name="Approve…").click()
    assert chief.barriers() == ""
    chief.page.get_by_role("button", name="Approve this").click()

    expect(chief.page.get_by_text("our books were adjusted").first).to_be_visible()


def test_who_may_only_look_has_no_buttons(stack: Stack, hire: Hire) -> None:
    reader = hire(SEE)
    page = find(reader, differ(stack))

    expect(page.locator(".till-buttons")).to_have_count(0)
    for act in ("resolve", "evidence", "approve", "reject"):
        assert status(reader, page.url.replace("/change/", f"/{act}/do/")) == 403
        page.go_back()


def upload(staff: Visitor, whose: str, file: FilePayload) -> Page:
    page = staff.page
    page.goto(FILES)
    assert staff.barriers() == ""
    page.get_by_role("link", name="Upload…").click()
    assert staff.barriers() == ""
    page.get_by_label("Whose books").select_option(label=whose)
    page.get_by_label("File:").set_input_files(file)
    page.get_by_role("button", name="Upload this file").click()
    expect(page.get_by_role("heading", name=file["name"])).to_be_visible()
    assert staff.barriers() == ""
    return page


def test_a_file_is_uploaded_by_who_may_and_the_worker_says_what_is_wrong_with_it(
    hire: Hire,
) -> None:
    staff, reader = hire(*KEEPER), hire("view_settlementfile")
    report = FilePayload(name="a-report.csv", mimeType="text/csv", buffer=b"#Sandbox report\n")

    page = upload(staff, "Report of sandbox", report)

    assert status(reader, f"{FILES}upload/") == 403
    assert status(reader, page.url.replace("/change/", "/take-back/")) == 403
    expect(page.get_by_text("It does not begin with")).to_be_visible(timeout=60_000)
    assert staff.barriers() == ""
    assert staff.complaints == []


def test_a_statement_that_was_read_is_taken_back(hire: Hire) -> None:
    staff = hire(*KEEPER)
    rows = b"booked_on,currency,amount,reference,text\n2020-01-02,GBP,-700.00,rent,Mill Lane\n"
    statement = FilePayload(name="of-2020.csv", mimeType="text/csv", buffer=rows)
    page = upload(staff, "Statement of our bank account", statement)
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=60_000)
    expect(page.get_by_text("2 Jan 2020")).to_be_visible()

    page.get_by_role("link", name="Take back…").click()
    assert staff.barriers() == ""
    page.get_by_role("button", name="Take this file back").click()

    expect(page.get_by_text("taken back").first).to_be_visible()
    expect(page.get_by_role("link", name="Take back…")).to_have_count(0)
    assert staff.barriers() == ""
    assert staff.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_page_that_waits_shows_what_became_of_it(
    stack: Stack,
    hire: Hire,
    script: bool,  # a parameter of the test
) -> None:
    staff = hire("view_settlementfile")
    name = f"reading-{script}.csv"
    make = "from payments.models import *; SettlementFile.objects.create(kind='statement', "
    make += f"name={name!r}, source='upload', sha256={name!r}, size=10, state='reading', "
    stack.manage("shell", "-v0", "-c", make + "alive_at='2999-01-01T00:00Z')")
    if not script:
        staff.page.route("**/progress*.js", lambda route: route.abort())
    staff.page.goto(FILES)
    staff.page.get_by_role("link", name=name).click()
    expect(staff.page.get_by_role("progressbar")).to_be_visible()
    assert staff.barriers() == ""

    done = f"from payments.models import *; SettlementFile.objects.filter(name={name!r})"
    stack.manage("shell", "-v0", "-c", done + ".update(state='refused', why='no such file')")
    if not script:
        staff.page.get_by_role("link", name="Look again").click()

    expect(staff.page.get_by_text("This file is refused: no such file")).to_be_visible()


PAGES = {
    DISCREPANCIES: SEE,
    FILES: "view_settlementfile",
    "/admin/payments/payout/": "view_payout",
}


def test_each_list_of_the_books_is_for_who_may_see_it(hire: Hire) -> None:
    for address, may in PAGES.items():
        assert status(hire(may), address) == 200, address
        assert status(hire("refund_payment"), address) == 403, address


def test_the_pages_fit_the_narrowest_phone(stack: Stack, hire: Hire) -> None:
    staff = hire(SEE, RESOLVE, "view_payout", *KEEPER)
    page = find(staff, differ(stack))
    here = re.sub("/change/.*", "", page.url)
    addresses = [page.url, f"{here}/resolve/do/", f"{here}/evidence/do/", f"{FILES}upload/"]

    for address in addresses:
        page.goto(address)
        assert staff.overhang() == 0, address
