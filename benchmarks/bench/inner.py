"""Asks the site inside this process, so that its statements can be counted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.bench.wire import Answer, Browser, Pairs, WireError, local
from config.ports import HOST

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response


def count(act: Callable[[], object]) -> int:
    """The statements of one act, as CaptureQueriesContext counts them."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def a_client(port: int) -> Client:
    return Client(headers={"Host": f"{HOST}:{port}", "Accept-Language": "en"})


class InnerGuest:
    """Notes the statements of every page; at the bank it is a browser like any."""

    def __init__(self, port: int, counts: list[int]) -> None:
        self._client = a_client(port)
        self._outside = Browser(port)
        self._counts = counts

    def get(self, path: str, *, port: int = 0) -> Answer:
        if port:
            return self._outside.get(path, port=port)
        answer = self._ask(lambda: self._client.get(path), expect=(200, 302))
        return self.get(local(answer.location)[1]) if answer.location else answer

    def post(self, path: str, typed: Pairs, *, expect: int, port: int = 0) -> Answer:
        if port:
            return self._outside.post(path, typed, expect=expect, port=port)
        return self._ask(lambda: self._client.post(path, dict(typed)), expect=(expect,))

    def _ask(self, act: Callable[[], "Response"], *, expect: tuple[int, ...]) -> Answer:
        with CaptureQueriesContext(connection) as captured:
            response = act()
        self._counts.append(len(captured))
        if response.status_code not in expect:
            path = response.request["PATH_INFO"]
            raise WireError(f"{path} was answered {response.status_code} inside, not {expect[0]}")
        head = f"\r\nlocation: {response.headers.get('Location', '')}".encode()
        return Answer(response.status_code, head, response.content)
