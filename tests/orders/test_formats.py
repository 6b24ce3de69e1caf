"""An address is written as its country writes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from orders.formats import address_lines
from orders.services.place import AddressDraft

HOME = AddressDraft(name="Alice Archer", line1="1 Mill Lane", city="Town", country="GB")


@pytest.mark.parametrize(
    ("country", "town"),
    [
        ("DE", ["10115 Town", "Region"]),
        ("CN", ["10115 Town", "Region"]),
        ("US", ["Town, Region 10115"]),
        ("AU", ["Town, Region 10115"]),
        ("GB", ["Town", "Region", "10115"]),
    ],
)
def test_the_postcode_stands_where_its_country_writes_it(country: str, town: list[str]) -> None:
    address = replace(HOME, country=country, region="Region", postcode="10115")

    assert address_lines(address)[2:-1] == town


@pytest.mark.parametrize(
    ("parts", "town"),
    [
        ({"country": "US", "postcode": "10115"}, ["Town 10115"]),
        ({"country": "US", "region": "NY"}, ["Town, NY"]),
        ({"country": "GB", "postcode": "LS1 4AB"}, ["Town", "LS1 4AB"]),
        ({"country": "IE"}, ["Town"]),
        ({"country": "FR"}, ["Town"]),
        ({"country": "FR", "postcode": "75001"}, ["75001 Town"]),
    ],
)
def test_what_an_address_does_not_have_leaves_no_gap(
    parts: dict[str, str], town: list[str]
) -> None:
    address = replace(HOME, **parts)

    assert address_lines(address)[2:-1] == town


def test_name_comes_first_and_country_last_in_the_language_of_the_page() -> None:
    with translation.override("zh-hans"):
        lines = address_lines(replace(HOME, line2="Flat 2"))

    assert (lines[:3], lines[-1]) == (["Alice Archer", "1 Mill Lane", "Flat 2"], "英国")
