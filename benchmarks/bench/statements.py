"""SQL statements of every figure, on the same database and with the same bank.

Pages are asked for in this process; the shop's worker stands still and its tasks are called
here too. Where things may happen in either order, the dearer counts. Import it with Django set up.
"""

from dataclasses import replace
from functools import partial

from benchmarks.bench.inhabit import forget_events
from benchmarks.bench.inner import InnerGuest, a_client, count
from benchmarks.bench.journeys import (
    DONE,
    Guest,
    Town,
    adding,
    at_checkout,
    come_back,
    pay_at_bank,
    with_ten_lines,
)
from benchmarks.bench.staff import LIST, a_clerk, deep_in
from benchmarks.bench.stage import Stage, StageError, until
from orders.tasks import send_mail
from payments.models import InboxEvent
from payments.tasks import drain_inbox

Counts = dict[str, int]
PATIENCE_SECONDS = 30.0


def count_statements(stage: Stage, town: Town) -> dict[str, Counts]:
    """What each journey costs, by the figure's name."""
    pages: list[int] = []
    inside = replace(town, guest=partial(InnerGuest, stage.port, pages))
    with stage.frozen("worker"):
        webhooks = _webhooks(town)
        forget_events(stage)
        _worker_first(inside, pages)  # loads what is kept in the process
        return {
            "add_to_cart": {"statements": _additions(inside, pages)},
            "cart_page_10": {"statements": _cart_page(inside, pages)},
            **webhooks,
            **_lists(inside, pages),
            "place_order": {"statements": _place(inside, pages)},
            "guest_purchase": _either_order(inside, pages),
        }


def _additions(town: Town, pages: list[int]) -> int:
    """The dearest of three additions: the first makes cart and session."""
    del pages[:]
    list(adding(town))
    return max(pages)


def _cart_page(town: Town, pages: list[int]) -> int:
    with_ten_lines(town).get("/cart/")
    return pages[-1]


def _lists(town: Town, pages: list[int]) -> dict[str, Counts]:
    """Of any page deep in the list, also where it is not so long yet."""
    clerk, counts = a_clerk(town), {}
    for name, address in (("admin_orders", LIST), ("admin_orders_deep", deep_in(0))):
        clerk.get(address)
        counts[name] = {"statements": pages[-1]}
    return counts


def _place(town: Town, pages: list[int]) -> int:
    guest, typed = at_checkout(town)
    guest.post("/checkout/", typed, expect=303)
    return pages[-1]


def _webhooks(town: Town) -> dict[str, Counts]:
    hook = town.hook
    _deliver(town, b"{}", "t=1,v1=0")  # so that this process knows the account
    bodies = {"webhook_ack": hook.event(), "webhook_repeat": hook.event(event_id=DONE)}
    counts = {name: _deliver(town, body, hook.signature(body)) for name, body in bodies.items()}
    counts["webhook_bad_signature"] = _deliver(town, b"{}", "t=1,v1=0")
    return {name: {"statements": statements} for name, statements in counts.items()}


def _deliver(town: Town, body: bytes, signature: str) -> int:
    headers = {"Sandbox-Signature": signature}
    client, json = a_client(town.port), "application/json"
    return count(partial(client.post, town.hook.path, body, content_type=json, headers=headers))


def _either_order(town: Town, pages: list[int]) -> Counts:
    """The dearer way for each: the shopper is back before the worker, or after it."""
    ack = _webhooks(town)["webhook_ack"]["statements"]
    ways = (_shopper_first(town, pages), _worker_first(town, pages))
    return {
        "statements": max(web for web, _ in ways) + ack,
        "worker_statements": max(worker for _, worker in ways),
    }


def _shopper_first(town: Town, pages: list[int]) -> tuple[int, int]:
    guest, back = _paid(town, pages)
    come_back(guest, back)
    return sum(pages), count(_work)


def _worker_first(town: Town, pages: list[int]) -> tuple[int, int]:
    guest, back = _paid(town, pages)
    worker = count(_work)
    come_back(guest, back)
    return sum(pages), worker


def _paid(town: Town, pages: list[int]) -> tuple[Guest, str]:
    """A guest who has just paid, once the bank has told the shop, and the way back."""
    InboxEvent.objects.filter(next_run_at__isnull=False).delete()
    del pages[:]
    guest, typed = at_checkout(town)
    bank = guest.post("/checkout/", typed, expect=303).location
    back = pay_at_bank(guest, bank)
    told = InboxEvent.objects.filter(next_run_at__isnull=False)
    if not until(told.exists, seconds=PATIENCE_SECONDS):
        raise StageError("the bank sent no webhook")
    return guest, back


def _work() -> None:
    """All that the worker does about one purchase."""
    drain_inbox()
    send_mail()
