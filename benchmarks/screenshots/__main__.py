"""`make screenshots [TO=folder]`: every page and state at three widths, light and dark.

The demo runs on free ports over throw-away data. The last line says where the pictures lie.
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks.browser import ARGS, NO_BROWSER, find_chromium
from benchmarks.inside import THROW_AWAY, enter, last_words
from benchmarks.screenshots import walk as way
from benchmarks.screenshots.camera import Camera
from benchmarks.screenshots.sheet import write_sheet
from config.stack import Stack, StackError
from orders.states import OrderState

FOLDER = Path(".data/screenshots")


def main(arguments: list[str]) -> int:
    chromium = find_chromium()
    if not chromium:
        _say(NO_BROWSER)
        return 1
    camera = Camera(Path(*arguments) if arguments else FOLDER)
    camera.folder.mkdir(parents=True, exist_ok=True)
    for old in camera.folder.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="till-screenshots-") as folder:
        stack = Stack(Path(folder) / "shop", environment=THROW_AWAY, say=_say)
        try:
            with stack, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
                _walk(browser, stack, camera)
                browser.close()
        except (StackError, Error) as error:
            _say(f"{last_words(stack)}\n\nThe walk ended early: {error}")
            return 1
        finally:
            print(f"{len(camera.scenes)} scenes: {write_sheet(camera).resolve()}", flush=True)
    return 0


def _walk(browser: Browser, stack: Stack, camera: Camera) -> None:
    page = browser.new_context(locale="en-GB", timezone_id="UTC").new_page()
    page.set_default_timeout(20_000)
    walk = way.Walk(page, camera, stack.base_url)
    _say("Taking pictures …")
    way.look_around(walk)
    way.fill_the_cart(walk)
    way.check_out(walk)
    way.wait_decline_pay(walk)
    walk.see("/mail/", "mail-sent")
    way.see_staff_work(walk, stack.admin_password)
    way.pay_another_way(walk)
    _rare_states(stack, walk)


def _rare_states(stack: Stack, walk: way.Walk) -> None:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop is no server
    enter(stack)
    from benchmarks.screenshots import states  # noqa: PLC0415  # models need the settings above

    way.change_while_closing(walk, states.closing())
    walk.see(states.in_review(), "in-review")
    walk.see(states.dead(OrderState.CANCELLED), "closed")
    walk.see(states.dead(OrderState.EXPIRED), "expired")
    order, pay = states.expired()
    walk.see(order, "order-link-expired")
    walk.see(pay, "pay-link-expired")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
