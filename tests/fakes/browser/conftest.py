"""A real browser on a shop's page, with the stand-in at another address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe
from playwright.sync_api import Page

from benchmarks.browser import ARGS, NO_BROWSER, find_chromium
from tests.fakes.browser.till import Till
from tests.fakes.cast import client_of
from tests.fakes.stripe.fake import Fake


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """A Chromium of this machine; without one these tests are skipped."""
    found = find_chromium()
    if not found:
        pytest.skip(NO_BROWSER)
    return {
        **browser_type_launch_args,
        "executable_path": found,
        "headless": True,
        "args": list(ARGS),
    }


class _Counter(BaseHTTPRequestHandler):
    """Serves whatever the test put on the server."""

    server: _Counters

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is theirs
        pass

    def do_GET(self) -> None:
        body = self.server.body.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Counters(ThreadingHTTPServer):
    body = ""
    daemon_threads = True


@pytest.fixture
def till(page: Page) -> Iterator[Till]:
    """A shop's page that pays with Elements."""
    server = _Counters(("127.0.0.1", 0), _Counter)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    with Fake(deliver=False) as fake:
        merchant = fake.open_account()
        api: stripe.V1Services = client_of(fake, merchant.key).v1
        till = Till(page, fake, merchant, api, f"http://127.0.0.1:{server.server_port}")
        server.body = till.html()
        yield till
        assert fake.violations == []
    server.shutdown()
    server.server_close()
