"""Staff in the admin: sign in, look up an order, refund it."""

from typing import Final

from benchmarks.page import Page, PageError
from benchmarks.shopper import Shopper
from benchmarks.smoke.purchases import Purchase, pounds

ADMIN = "admin"


def sign_in(staff: Shopper, password: str) -> None:
    page = staff.get("/admin/login/?next=/admin/")
    typed = [("username", ADMIN), ("password", password)]
    inside = staff.submit(page, page.form(having="password"), typed)
    if "Site administration" not in inside.text:
        raise PageError(f"staff cannot sign in: {inside.text[:300]}")


WHY: Final = [("reason", "damaged"), ("note", "one piece came broken")]
"""One of the list that a shop begins with, and words of one's own."""


def refund_in_part(staff: Shopper, purchase: Purchase) -> None:
    """Refund a third, and send the same form again: the second time refunds nothing."""
    amount = purchase.total // 3
    page = _refund_page(staff, purchase)
    form = page.form(having="amount")
    typed = [("amount", f"{amount / 100:.2f}"), *WHY]
    staff.submit(page, form, typed)
    again = staff.submit(page, form, typed)
    if "already requested" not in again.text:
        raise PageError(f"a second click on the same refund said: {again.text[:500]}")
    purchase.refunds.append(amount)


def refund_in_full(staff: Shopper, purchase: Purchase) -> None:
    """Refund what the page offers, which must be all of it."""
    page = _refund_page(staff, purchase)
    form = page.form(having="amount")
    if ("amount", f"{purchase.total / 100:.2f}") not in form.fields:
        raise PageError(f"{page.url} does not offer {pounds(purchase.total)}: {form.fields}")
    staff.submit(page, form, WHY)
    purchase.refunds.append(purchase.total)


def _refund_page(staff: Shopper, purchase: Purchase) -> Page:
    found = staff.get(f"/admin/orders/order/?q={purchase.number}")
    order = staff.get(_link(found, "/change/"))
    if pounds(purchase.total) not in order.text:
        raise PageError(f"{order.url} does not show {pounds(purchase.total)}: {order.text[:500]}")
    return staff.get(_link(order, "/refund/"))


def _link(page: Page, ending: str) -> str:
    path = "/admin/orders/order/"
    for link in page.links:
        if path in link and link.split("?")[0].endswith(ending):
            return link
    raise PageError(f"{page.url} has no link to {path}…{ending}: {page.text[:500]}")
