"""What a page or a mail still says in English, where it should say nothing so."""

from __future__ import annotations

import re
from html import unescape

# Names stay as they are in every language: the shop, its maker, and who buys what.
NAMES = re.compile(
    r"Fernhill|Till|Django|English|Alice Archer|1 Mill Lane|Flat 2|Leeds|Yorkshire|LS1 4AB|Teapot"
    r"|Sandbox|Visa|Mastercard|Cookie|Webhook|3-D Secure|[\w.+-]+@[\w.-]+|https?://\S+"
)
SAID = re.compile(
    r'\b(?:aria-label|alt|placeholder|title|data-required|data-invalid|data-news)="([^"]*)"'
)
UNSEEN = re.compile(r"<(script|style|code|pre)\b.*?</\1>|<!--.*?-->", re.DOTALL)
SENTENCE = re.compile(r"[A-Za-z][a-z']+(?:[ ,]+[A-Za-z][a-z']*)+|\b[A-Z]?[a-z]{3,}\b")


def english_in(html: str) -> list[str]:
    """Every English word or sentence that a reader sees or hears, in the order of the page."""
    page = UNSEEN.sub(" ", html)
    seen = [*SAID.findall(page), *re.sub(r"<[^>]*>", "\n", page).splitlines()]
    return [found for text in seen for found in SENTENCE.findall(NAMES.sub("·", unescape(text)))]
