"""Someone at a browser without script: keeps cookies, fills in forms, goes where it is sent."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from benchmarks.page import Form, Page, PageError, Pairs

TIMEOUT_SECONDS = 60.0
_OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one types into the checkout page beside the payment method."""

    email: str
    name: str = "Sam Shopper"
    line1: str = "1 Test Street"
    line2: str = ""
    city: str = "Testford"
    postcode: str = "TE5 7ER"
    country: str = "GB"

    def pairs(self) -> list[tuple[str, str]]:
        return [(name, getattr(self, name)) for name in self.__slots__]


class Shopper:
    """One browser with its cookies; connections stay open between pages."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        self._browser = httpx.Client(
            timeout=TIMEOUT_SECONDS,
            follow_redirects=True,
            trust_env=False,
            headers={"User-Agent": "till-shopper", "Accept-Language": "en"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._browser.close()

    def forget(self) -> None:
        """Become somebody else: drop all cookies."""
        self._browser.cookies.clear()

    def get(self, address: str) -> Page:
        return _page(self._browser.get(urljoin(self._base, address)))

    def submit(self, page: Page, form: Form, values: Pairs = ()) -> Page:
        """Send a form of `page` with what is typed, and go where the answer leads."""
        return _page(self._browser.send(self._request(page, form, values), follow_redirects=True))

    def submit_and_leave(self, page: Page, form: Form, values: Pairs = ()) -> str:
        """Send the form and close the window; where the answer would have led."""
        answer = self._browser.send(self._request(page, form, values), follow_redirects=False)
        if not answer.is_redirect:
            raise _unexpected(_read(answer))
        return urljoin(str(answer.url), answer.headers["Location"])

    def _request(self, page: Page, form: Form, values: Pairs) -> httpx.Request:
        target = urljoin(page.url, form.action)
        origin = urlsplit(page.url)
        sent: dict[str, list[str]] = {}
        for name, value in form.filled(values):
            sent.setdefault(name, []).append(value)
        headers = {"Origin": f"{origin.scheme}://{origin.netloc}", "Referer": page.url}
        return self._browser.build_request(form.method, target, data=sent, headers=headers)


def checkout(shopper: Shopper, delivery: Delivery, method: str = "") -> Page:
    """Fill in the checkout page and send it; the bank's card page, or PageError."""
    page = shopper.get("/checkout/")
    values = [*delivery.pairs(), ("terms", "on"), *([("method", method)] if method else [])]
    return shopper.submit(page, page.form(having="checkout_key"), values)


def pay(shopper: Shopper, card_page: Page, card: str) -> Page:
    """Pay with a test card and come back to the shop."""
    return shopper.submit(card_page, card_page.form(having="card"), _paying(card))


def pay_and_leave(shopper: Shopper, card_page: Page, card: str) -> str:
    """Pay and close the window at once; where the bank would have led."""
    return shopper.submit_and_leave(card_page, card_page.form(having="card"), _paying(card))


def _paying(card: str) -> Pairs:
    return (("card", card), ("action", "pay"))


def _page(answer: httpx.Response) -> Page:
    page = _read(answer)
    if page.status not in _OK:
        raise _unexpected(page)
    return page


def _read(answer: httpx.Response) -> Page:
    return Page(str(answer.url), answer.status_code, answer.text)


def _unexpected(page: Page) -> PageError:
    return PageError(f"{page.url} answered {page.status}: {page.text[:400]}")
