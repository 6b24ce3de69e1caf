"""The docs say what the code does."""

from __future__ import annotations

import ast
import re
from dataclasses import MISSING, Field, fields
from pathlib import Path

import pytest

from orders.conf import OrderSettings
from payments.conf import PaymentSettings
from shop.conf import ShopSettings

ROOT = Path(__file__).resolve().parent.parent
TABLES = {"SHOP": ShopSettings, "PAYMENTS": PaymentSettings, "ORDERS": OrderSettings}


def documented(name: str) -> dict[str, str]:
    """Setting -> default, as docs/settings.md has them."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    section = text.split(f"## `{name}`")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| `?(.+?)`? \|", section, re.MULTILINE))


def default_of(field: Field[object]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return "required" if field.default is MISSING else field.default


@pytest.mark.parametrize("name", TABLES)
def test_the_settings_page_names_every_setting_with_its_default(name: str) -> None:
    told = documented(name)

    real = {field.name: default_of(field) for field in fields(TABLES[name])}
    assert list(told) == list(real)
    for setting, default in real.items():
        text = told[setting]
        assert (text if default == "required" else ast.literal_eval(text)) == default


def test_every_page_that_a_page_links_to_is_there() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not broken


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("sandbox.E001", "payments/sandbox/checks.py"),
        ("inactive", "payments/providers/stripe/domain.py"),
        ("The domain does not serve the association file", "tests/fakes/stripe/domains.py"),
    ],
)
def test_what_a_shop_with_stripe_is_told_stands_on_its_page(said: str, by: str) -> None:
    page = (ROOT / "docs" / "providers" / "stripe.md").read_text(encoding="utf-8")

    assert said in page
    assert said in (ROOT / by).read_text(encoding="utf-8")
