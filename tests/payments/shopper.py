"""A shopper at the bank's hosted pages, over real HTTP."""

from __future__ import annotations

import re

import httpx

FIELDS = {"tok": "card", "wal": "wallet", "deb": "account"}
"""The field of the page by the kind of token."""


def press(url: str, **fields: str) -> httpx.Response:
    """Open a page of the bank and send its form with these fields."""
    answer = press_if_open(url, **fields)
    assert answer.request.method == "POST", answer.text
    return answer


def press_if_open(url: str, **fields: str) -> httpx.Response:
    """The same; the page itself where it has no form any more."""
    with httpx.Client(trust_env=False, timeout=30) as browser:
        page = browser.get(url)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if not found:
            return page
        filled = {"csrfmiddlewaretoken": found[1], **fields}
        return browser.post(url, data=filled, headers={"Referer": url})


def pay_at_bank(url: str, token: str = "tok_approve", *, action: str = "pay") -> str:
    """Choose a card, wallet or account and press the button; where the bank sends the shopper."""
    answer = press(url, action=action, **{FIELDS[token[:3]]: token})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def answer_issuer(url: str, action: str = "approve") -> str:
    """Answer the card's issuer (3-D Secure); where the bank sends the shopper."""
    answer = press(url, action=action)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def tap(code: str, action: str = "qr_approve") -> str:
    """Scan a QR code with a phone and tap; what the phone says then."""
    answer = press(code, action=action)
    assert answer.status_code == 303, answer.text
    return httpx.get(code, trust_env=False).text
