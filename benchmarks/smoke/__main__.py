"""`make smoke`: three guests buy, staff refund two of them, and every total is checked.

The demo runs as a visitor would start it, rate limits included, on free ports and throw-away
data. The last line on stdout is JSON; the exit code is the verdict.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event

import httpx

from benchmarks.inside import THROW_AWAY, enter, last_words
from benchmarks.page import PageError
from benchmarks.shopper import Shopper
from benchmarks.smoke.purchases import Purchase, buy_three
from benchmarks.smoke.staff import refund_in_full, refund_in_part, sign_in
from config.stack import Stack, StackError

PATIENCE_SECONDS = 60.0


class SmokeError(Exception):
    """Something is not as it must be; the message says what."""


def main() -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="till-smoke-") as folder:
        stack = Stack(Path(folder) / "shop", environment=THROW_AWAY, say=_say)
        try:
            with stack:
                facts = _play(stack)
        except (SmokeError, PageError, StackError, httpx.HTTPError) as error:
            problem = str(error) or repr(error)
            _say(f"{last_words(stack)}\n\nThe smoke test failed: {problem}")
            print(json.dumps({"ok": False, "problem": problem[:300]}), flush=True)
            return 1
        except KeyboardInterrupt:
            _say("Stopped.")
            return 130
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"ok": True, **facts, "seconds": seconds}), flush=True)
    return 0


def _play(stack: Stack) -> dict[str, int]:
    enter(stack)
    from benchmarks.smoke.ledger import Ledger  # noqa: PLC0415  # models need the settings above

    _say("Three guests buy: approved, declined and paid again, approved …")
    purchases = buy_three(stack.base_url)
    ledger = Ledger(purchases)
    _until(ledger.paid_and_told, "payments and confirmation mails by the worker")
    _say("Staff refund one in part and one in full …")
    with Shopper(stack.base_url) as staff:
        sign_in(staff, stack.admin_password)
        refund_in_part(staff, purchases[0])
        refund_in_full(staff, purchases[1])
    _until(ledger.refunded_and_told, "refunds and refund mails by the worker")
    _say("Checking every total on the pages, in the database and at the bank …")
    problems = [*_pages(stack.base_url, purchases), *ledger.problems()]
    if problems:
        raise SmokeError("; ".join(problems))
    return {
        "orders": len(purchases),
        "paid": ledger.paid(),
        "refunded": ledger.refunded(),
    }


def _until(missing: Callable[[], list[str]], what: str) -> None:
    """Look again until nothing is missing; raises SmokeError with what still is."""
    end, pause = time.monotonic() + PATIENCE_SECONDS, Event()
    while left := missing():
        if time.monotonic() > end:
            raise SmokeError(
                f"waited {PATIENCE_SECONDS:.0f} s for {what}; missing: {'; '.join(left)}"
            )
        pause.wait(0.1)


def _pages(base_url: str, purchases: list[Purchase]) -> list[str]:
    """What the order pages and the mail page fail to say."""
    problems = []
    with Shopper(base_url) as shopper:
        mails = shopper.get("/mail/").text
        for purchase in purchases:
            page = shopper.get(purchase.order_url).text
            expected = purchase.page_says()
            problems += [f"{purchase.order_url} lacks {w!r}" for w in expected if w not in page]
            if purchase.number not in mails:
                problems.append(f"no mail about order {purchase.number}")
    return problems


def _say(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
