"""What staff do over and over: they read the list of orders, at its beginning and deep in it."""

from benchmarks.bench.journeys import Guest, Town
from benchmarks.bench.load import Journey
from benchmarks.bench.wire import WireError

ORDERS, A_PAGE = 100_000, 25
LIST = "/admin/orders/order/"
NAME, PASSWORD = "clerk", "a clerk of the bench"  # throw-away database


def admin_orders(town: Town) -> Journey:
    """The first page of the list, with the states of order and payment."""
    fill_up()
    return _reading(town, LIST)


def admin_orders_deep(town: Town) -> Journey:
    """The page of the rows at offset 99,975, as its link names it."""
    fill_up()
    return _reading(town, deep_in(ORDERS - A_PAGE))


def _reading(town: Town, address: str) -> Journey:
    clerk = a_clerk(town)
    rows = clerk.get(address).body.count(b'<th class="field-number">')
    if rows != A_PAGE:
        raise WireError(f"{address} shows {rows} orders, not {A_PAGE}")
    yield
    while True:
        clerk.get(address)
        yield


def a_clerk(town: Town) -> Guest:
    """Somebody signed in to the admin who may do everything there."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415  # models need settings

    if not get_user_model().objects.filter(username=NAME).exists():
        get_user_model().objects.create_superuser(username=NAME, password=PASSWORD)
    clerk = town.guest()
    typed = [("username", NAME), ("password", PASSWORD), ("next", LIST)]
    clerk.post("/admin/login/", typed, expect=302)
    return clerk


def deep_in(offset: int) -> str:
    """The address of the page that begins so many orders after the newest."""
    from orders.models import Order  # noqa: PLC0415  # models need settings

    newest_first = Order.objects.order_by("-placed_at", "-pk").values_list("pk", flat=True)
    return f"{LIST}?from=after-{newest_first[max(offset - 1, 0)]}"


def fill_up() -> None:
    """Let there be a hundred thousand orders, each placed a second before another."""
    from benchmarks.bench.attempts import open_waiting  # noqa: PLC0415  # models need settings
    from orders.models import Order  # noqa: PLC0415  # models need settings

    if Order.objects.count() < ORDERS:
        open_waiting(ORDERS)
