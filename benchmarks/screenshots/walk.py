"""The way through the demo, past every page and state."""

from dataclasses import dataclass
from urllib.parse import urljoin

from playwright.sync_api import Page

from benchmarks.screenshots.camera import Camera

GOODS = ("stoneware-teapot", "soy-candle", "lambswool-scarf")
BESIDE = {
    "/?q=wool": "search",
    "/?q=zeppelin": "nothing-found",
    "/terms/": "terms",
    "/mail/": "mail",
    "/accounts/login/": "sign-in",
    "/accounts/sign-up/": "sign-up",
    "/nowhere/": "not-found",
    "/order/none/": "order-not-found",
}
TYPED = {
    "E-mail": "alice@example.com",
    "Full name": "Alice Archer",
    "Address": "1 Mill Lane",
    "Town or city": "Leeds",
    "Postcode": "LS1 4AB",
}
APPROVED, DECLINED = "4242", "9995"


@dataclass(slots=True)
class Walk:
    """A shopper with a camera."""

    page: Page
    camera: Camera
    base_url: str

    def see(self, path: str, scene: str) -> None:
        self.page.goto(urljoin(self.base_url, path))
        self.camera.shoot(self.page, scene)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()


def look_around(walk: Walk) -> None:
    walk.see("/", "shelves")
    walk.see("/p/stoneware-teapot/", "product")
    walk.see("/cart/", "cart-empty")
    for path, scene in BESIDE.items():
        walk.see(path, scene)


def fill_the_cart(walk: Walk) -> None:
    """Three things; too many of one of them, then one again."""
    for slug in GOODS:
        walk.page.goto(urljoin(walk.base_url, f"/p/{slug}/"))
        walk.press("Add to cart")
    walk.camera.shoot(walk.page, "cart")
    box = walk.page.get_by_role("spinbutton").first
    box.fill("2000")
    box.press("Enter")
    walk.page.get_by_text("Only 18 pieces").first.wait_for()
    walk.camera.shoot(walk.page, "cart-problem")
    walk.page.goto(urljoin(walk.base_url, "/cart/"))


def check_out(walk: Walk) -> None:
    """To the bank, by way of a form with mistakes."""
    walk.see("/checkout/", "checkout")
    walk.page.get_by_label("E-mail").fill("alice@")
    walk.press("Order and pay")
    walk.page.locator("#problems").wait_for()
    walk.camera.shoot(walk.page, "checkout-problems")
    order(walk)
    walk.page.get_by_role("button", name="Cancel").wait_for()
    walk.camera.shoot(walk.page, "bank")


def order(walk: Walk) -> None:
    for label, text in TYPED.items():
        walk.page.get_by_label(label, exact=True).fill(text)
    walk.page.get_by_label("Country").select_option("GB")
    walk.page.get_by_label("I agree to the terms of sale").check()
    walk.press("Order and pay")


def pay(walk: Walk, card: str, told: str) -> None:
    """Pay at the bank and wait until the shop has heard of it."""
    walk.page.get_by_role("radio", name=card).check()
    walk.press("Pay £")
    walk.page.get_by_role("heading", name=told).wait_for()


def wait_decline_pay(walk: Walk) -> str:
    """The pages between the bank and the order; the address of the order."""
    bank = walk.page.url
    walk.see("/cart/", "cart-with-unpaid-order")
    unpaid = walk.page.get_by_role("link", name="Pay for it").get_attribute("href") or ""
    walk.see(f"{unpaid}return/", "waiting")
    walk.page.goto(bank)
    pay(walk, DECLINED, "did not go through")
    walk.camera.shoot(walk.page, "declined")
    walk.press("Pay £")
    walk.page.get_by_role("button", name="Cancel").wait_for()
    pay(walk, APPROVED, "Thank you")
    walk.camera.shoot(walk.page, "order")
    walk.camera.print(walk.page, "order-printed")
    return walk.page.url


def pay_another_way(walk: Walk) -> None:
    """By a code to scan, then by bank account after all: two pages that only other ways have."""
    walk.page.context.clear_cookies()
    walk.page.goto(urljoin(walk.base_url, "/p/stoneware-teapot/"))
    walk.press("Add to cart")
    walk.page.goto(urljoin(walk.base_url, "/checkout/"))
    walk.page.get_by_role("radio", name="QR code").check()
    order(walk)
    walk.page.get_by_role("heading", name="Scan to pay").wait_for()
    walk.camera.shoot(walk.page, "scan")
    walk.page.get_by_role("link", name="Pay another way").click()
    walk.page.get_by_role("heading", name="Pay for your order").wait_for()
    walk.camera.shoot(walk.page, "pay-another-way")
    walk.page.get_by_role("radio", name="Bank account").check()
    walk.press("Pay £")
    walk.page.get_by_role("button", name="Cancel").wait_for()
    walk.camera.shoot(walk.page, "bank-account")


def change_while_closing(walk: Walk, pay: str) -> None:
    """Choose another way while the first payment has not ended yet."""
    walk.page.goto(urljoin(walk.base_url, pay))
    walk.page.get_by_role("radio", name="Card").check()
    walk.press("Pay £")
    walk.page.get_by_role("heading", name="One moment, please").wait_for()
    walk.page.route("**/pay/**", lambda route: route.abort())  # it would go on by itself
    walk.camera.shoot(walk.page, "closing")
    walk.page.unroute("**/pay/**")


def see_staff_work(walk: Walk, password: str) -> None:
    walk.page.goto(urljoin(walk.base_url, "/admin/"))
    walk.page.get_by_label("Username").fill("admin")
    walk.page.get_by_label("Password").fill(password)
    walk.press("Log in")
    walk.see("/admin/orders/order/", "admin-orders")
    walk.page.locator("#result_list tbody th a").first.click()
    walk.camera.shoot(walk.page, "admin-order")
    walk.page.get_by_role("link", name="Refund…").click()
    walk.camera.shoot(walk.page, "admin-refund")
    walk.page.get_by_role("link", name="Back to the order").click()
    walk.page.get_by_role("link", name="Money, line by line").click()
    walk.camera.shoot(walk.page, "admin-money")
