"""What can go wrong between us and a provider: whether a request arrives, and what comes back.

`tests/contract/proxy.py` makes it happen.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the provider gave it, or as we make it up."""

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b""
    encoding: str = ""
    others: tuple[tuple[str, str], ...] = ()
    """All other headers of the provider's, by name."""


def written(answer: Answer) -> bytes:
    """An answer as it goes over the wire, whole."""
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(answer.body)}",
        "Connection: close",
    ]
    if answer.encoding:
        lines.append(f"Content-Encoding: {answer.encoding}")
    lines += [f"{name}: {value}" for name, value in answer.others]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body


def half_written(answer: Answer) -> bytes:
    """The wire breaks in the middle of the body."""
    whole = written(answer)
    return whole[: -max(1, len(answer.body) // 2)]


def half_said(answer: Answer) -> bytes:
    """A body that ends too early, in an answer that is whole."""
    return written(replace(answer, body=answer.body[: len(answer.body) // 2]))


def wrongly_packed(answer: Answer) -> bytes:
    """An answer said to be gzip that is not."""
    return written(replace(answer, body=b"\x00" + gzip.compress(answer.body), encoding="gzip"))


def nothing(answer: Answer) -> bytes:
    """The connection is closed without a word."""
    return b""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request: how often it arrives, and the bytes that come back.

    Without `back` nothing comes until the caller hangs up; `late`: it arrives only after that.
    """

    name: str
    arrives: int = 1
    back: Callable[[Answer], bytes] | None = written
    late: bool = False


def saying(name: str, answer: Answer, *, arrives: int = 0) -> Fault:
    """Somebody in between answers in the provider's place."""
    return Fault(name, arrives=arrives, back=lambda _: written(answer))


PAGE = b"<!doctype html><title>Sorry</title><h1>We are back in a minute</h1>"
HTML = "text/html; charset=utf-8"

FINE = Fault("fine")
TWICE = Fault("twice", arrives=2)
TIMEOUT_BEFORE = Fault("timeout_before", arrives=0, back=None)
TIMEOUT_AFTER = Fault("timeout_after", back=None)
LATE = Fault("late", back=None, late=True)
CUT_BEFORE = Fault("cut_before", arrives=0, back=nothing)
CUT_AFTER = Fault("cut_after", back=nothing)
TRUNCATED = Fault("truncated", back=half_written)
HALF_A_BODY = Fault("half_a_body", back=half_said)
WRONGLY_PACKED = Fault("wrongly_packed", back=wrongly_packed)
HTML_PAGE = saying("html", Answer(200, HTML, PAGE), arrives=1)
NOT_UTF8 = saying("not_utf8", Answer(200, body=b'{"id": "\xff\xfe"}'), arrives=1)
TOO_DEEP = saying("too_deep", Answer(200, body=b"[" * 100_000), arrives=1)
OTHER_JSON = saying("other_json", Answer(200, body=b'{"data": 5, "id": []}'), arrives=1)
NULLS = saying("nulls", Answer(200, body=b'{"data": null, "id": null}'), arrives=1)
NULL = saying("null", Answer(200, body=b"null"), arrives=1)
EMPTY = saying("empty", Answer(200, body=b""), arrives=1)
SERVER_ERROR = saying("500", Answer(500, body=b'{"error": {"code": "oops"}}'), arrives=1)
SERVER_ERROR_BEFORE = saying("500_before", Answer(500, HTML, PAGE))
BAD_GATEWAY = saying("502", Answer(502, HTML, PAGE))
TOO_MANY = saying("429", Answer(429, HTML, PAGE))
STRAY_PAGE = saying("stray_404_page", Answer(404, HTML, PAGE))
STRAY_JSON = saying("stray_404_json", Answer(404, body=b'{"message": "no route"}'))
