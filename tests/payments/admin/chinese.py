"""Somebody of the staff whose browser asks for Chinese, and the English they still read."""

from __future__ import annotations

import re

from django.contrib.auth import get_user_model
from django.test import Client

from tests.english import english_in

CONTENT = re.compile(r'<div id="content".*?(?=<footer\b)', re.DOTALL)
# A choice that reads as what is sent is a code too: a time zone, a provider account.
CHOICE = re.compile(r'<option value="([^"]+)"[^>]*>\s*\1\s*</option>')
# Codes are as they are, a provider's secrets and the kinds of files among them, and so is who
# asks; Django's own icons say the last three.
CODES = {
    "chief",
    "sandbox",
    "payment",
    "capture",
    "captured",
    "zip",
    "camt",
    "sandbox, G",  # GBP of that account
    "Search",
    "True",
    "False",
}


def a_chief() -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(get_user_model().objects.create_superuser("chief"))
    return client


def english(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return english_of(answer.content)


def english_of(page: bytes) -> list[str]:
    """The English of a page, without what stays as it is in every language."""
    (content,) = CONTENT.findall(page.decode())
    content = CHOICE.sub("", content.replace("<wbr>", ""))
    return [word for word in english_in(content) if word not in CODES]
