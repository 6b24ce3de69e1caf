"""A moment is written in one form wherever people read it, and each language has its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.utils import display_for_value
from django.utils import translation

from orders.formats import format_moment

MOMENT = datetime(2026, 11, 25, 16, 17, tzinfo=UTC)
MACHINES = {"c", "Y-m-d", "Y-m"}
NAMED = MACHINES | {"DATE_FORMAT", "DATETIME_FORMAT", "YEAR_MONTH_FORMAT", "H:i:s"}
"""For machines and addresses; a day, a moment, a month, and the time of a line below its day."""


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "25 Nov 2026, 16:17"), ("zh-hans", "2026年11月25日 16:17")],
)
def test_a_moment_is_written_as_the_language_does(language: str, written: str) -> None:
    with translation.override(language):
        assert format_moment(MOMENT) == written


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_columns_of_ours_and_fields_of_the_admin_read_alike(language: str) -> None:
    with translation.override(language):
        assert display_for_value(MOMENT, "") == format_moment(MOMENT)


def test_templates_name_a_format_and_make_none_of_their_own() -> None:
    pages = [
        page for top in ("templates", "demo") for page in (settings.BASE_DIR / top).rglob("*.html")
    ]

    assert {name for page in pages for name in formats_in(page)} <= NAMED


def formats_in(page: Path) -> list[str]:
    return re.findall(r"""\|(?:date|time):["']([^"']+)["']""", page.read_text())
