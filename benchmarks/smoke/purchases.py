"""Three guests at the demo shop, and what each of them expects of the order afterwards."""

import re
from dataclasses import dataclass, field

from benchmarks.page import Page, PageError
from benchmarks.shopper import Delivery, Shopper, checkout, pay

APPROVED = "tok_approve"
DECLINED = "tok_decline_insufficient_funds"
_PRICE = re.compile(r"£([\d,]+)\.(\d\d)")
_NUMBER = re.compile(r"Order ([0-9A-Z]{10})\b")


@dataclass(slots=True)
class Purchase:
    """One order as its shopper knows it; amounts in pence, by the prices of the product pages."""

    email: str
    total: int
    attempts: int = 1
    number: str = ""
    order_url: str = ""
    refunds: list[int] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        return sum(self.refunds)

    @property
    def status(self) -> str:
        if not self.refunds:
            return "paid"
        return "refunded" if self.refunded == self.total else "partially_refunded"

    def page_says(self) -> list[str]:
        """What the order page must show."""
        refunds = [f"Refund of {pounds(amount)}" for amount in self.refunds]
        status = self.status.replace("_", " ").capitalize()
        return [self.number, pounds(self.total), status, *refunds]


def pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"


def buy_three(base_url: str) -> list[Purchase]:
    """One approved, one declined and then paid again, one approved."""
    with Shopper(base_url) as shopper:
        front = shopper.get("/")
        goods = [link for link in front.links if link.startswith(f"{base_url}/p/")]
    first, second, third = list(dict.fromkeys(goods))[:3]
    return [
        _buy(base_url, "ada@example.com", {first: 2, second: 1}),
        _buy(base_url, "ben@example.com", {second: 1}, decline=True),
        _buy(base_url, "cy@example.com", {third: 3}),
    ]


def _buy(base_url: str, email: str, wanted: dict[str, int], *, decline: bool = False) -> Purchase:
    with Shopper(base_url) as shopper:
        purchase = Purchase(email, sum(_add(shopper, *want) for want in wanted.items()))
        card_page = checkout(shopper, Delivery(email=email))
        if decline:
            card_page = _decline(shopper, card_page)
            purchase.attempts += 1
        done = pay(shopper, card_page, APPROVED)
        purchase.number = _find(_NUMBER, done)[1]
        purchase.order_url = done.url
    return purchase


def _add(shopper: Shopper, product: str, pieces: int) -> int:
    """Put pieces of a product into the cart; what they cost by its page."""
    page = shopper.get(product)
    pounds_, pence = _find(_PRICE, page).groups()
    cart = shopper.submit(page, page.form(having="sku"), [("quantity", str(pieces))])
    cost = pieces * (int(pounds_.replace(",", "")) * 100 + int(pence))
    if pounds(cost) not in cart.text:
        raise PageError(f"the cart shows no {pounds(cost)}: {cart.text[:300]}")
    return cost


def _decline(shopper: Shopper, card_page: Page) -> Page:
    """Have the card declined, read why, and ask to pay again; the bank's next page."""
    back = pay(shopper, card_page, DECLINED)
    if "did not go through" not in back.text:
        raise PageError(f"after a decline {back.url} says: {back.text[:300]}")
    return shopper.submit(back, back.form(having="method"))


def _find(pattern: re.Pattern[str], page: Page) -> re.Match[str]:
    found = pattern.search(page.text)
    if found is None:
        raise PageError(f"{page.url} shows nothing like {pattern.pattern}: {page.text[:300]}")
    return found
