"""A shopper at the bank's hosted page, over real HTTP."""

from __future__ import annotations

import re

import httpx


def pay_at_bank(url: str, token: str = "tok_approve", *, action: str = "pay") -> str:
    """Choose a test card and press the button; returns where the bank sends the shopper."""
    with httpx.Client() as browser:
        page = browser.get(url)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, page.text
        answer = browser.post(
            url,
            data={"csrfmiddlewaretoken": found[1], "card": token, "action": action},
            headers={"Referer": url},
        )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]
