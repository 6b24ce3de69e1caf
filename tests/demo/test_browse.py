"""Search, sort and pages of the shelves."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from benchmarks.page import Page
from demo.browse import PRODUCTS_PER_PAGE, nearest_page
from demo.models import Product
from tests.factories import ProductFactory, a_product

pytestmark = pytest.mark.django_db


def text(client: Client, **query: object) -> str:
    answer = client.get("/?" + urlencode(query))
    assert answer.status_code == 200
    return answer.content.decode()


def names(page: str) -> list[str]:
    return re.findall(r'class="card-name">(.*?)<', page)


def links(page: str) -> list[str]:
    nav = page.partition('<nav class="pages"')[2]
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]+)"', nav)]


@pytest.fixture
def three() -> None:
    a_product(name="RED HEART MUG", sku="22001A", price=300, category="kitchen")
    a_product(name="BLUE HEART CUSHION", sku="22002", price=100, category="living")
    a_product(name="Ölkanne", sku="22003", price=200, category="kitchen")


def many(count: int) -> None:
    Product.objects.bulk_create(ProductFactory.build_batch(count, category="desk"))


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("words", "shown"), [("heart", True), ("heart green", False)])
def test_a_search_that_finds_nothing_offers_no_shelves(
    client: Client, words: str, shown: bool
) -> None:
    assert ('class="categories"' in text(client, q=words)) is shown


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("heart", ["Red heart mug", "Blue heart cushion"]),
        ("HEART red", ["Red heart mug"]),
        ("22001a", ["Red heart mug"]),
        ("cushion 22002", ["Blue heart cushion"]),
        ("ÖLK", ["Ölkanne"]),
        ("  mug  ", ["Red heart mug"]),
        ("heart green", []),
    ],
)
def test_every_word_is_looked_for_in_name_and_sku(
    client: Client, words: str, found: list[str]
) -> None:
    assert names(text(client, q=words)) == found


@pytest.mark.usefixtures("three")
def test_the_words_stay_in_the_box_and_what_was_found_is_counted(client: Client) -> None:
    page = text(client, q="heart")
    assert 'value="heart"' in page
    assert "2 products" in page


@pytest.mark.usefixtures("three")
def test_a_search_within_a_shelf_stays_there(client: Client) -> None:
    page = text(client, q="heart", category="kitchen")
    assert names(page) == ["Red heart mug"]
    assert 'name="category" value="kitchen"' in page


@pytest.mark.usefixtures("three")
def test_what_other_shelves_hold_is_told_where_this_one_has_nothing(client: Client) -> None:
    page = text(client, q="cushion", category="kitchen")
    assert "See 1 product on other shelves" in page


@pytest.mark.usefixtures("three")
def test_nothing_found_leads_back(client: Client) -> None:
    page = text(client, q="<b>zebra")
    assert "Nothing found" in page
    assert "&lt;b&gt;zebra" in page
    assert "Back to all products" in page


def test_what_is_not_for_sale_is_not_found(client: Client) -> None:
    a_product(name="Zebra", active=False)
    assert names(text(client, q="zebra")) == []


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", '"', "h%t", "\0", "\x1b"])
def test_signs_mean_nothing_but_themselves(client: Client, sign: str) -> None:
    assert len(names(text(client, q=sign))) == (0 if sign.isprintable() else 3)


@pytest.mark.usefixtures("three")
def test_ten_thousand_characters_are_cut_and_harmless(client: Client) -> None:
    assert "Nothing found" in text(client, q="x " * 5_000)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("featured", "RBÖ"),
        ("name", "BRÖ"),
        ("cheapest", "BÖR"),
        ("dearest", "RÖB"),
        ("newest", "ÖBR"),
        ("moon", "RBÖ"),
    ],
)
def test_products_are_sorted_as_asked(client: Client, sort: str, order: str) -> None:
    page = text(client, sort=sort)
    assert "".join(name[0] for name in names(page)) == order
    assert page.count(" selected>") == 1


def test_pages_keep_words_shelf_and_order(client: Client) -> None:
    many(PRODUCTS_PER_PAGE * 9)
    page = text(client, q="thing", category="desk", sort="name", page=5)
    kept = "?q=thing&category=desk&sort=name&page="
    assert links(page) == [f"{kept}{n}" for n in (4, 1, 4, 5, 6, 9, 6)]
    assert page.count('page=5" aria-current="page"') == 1


def test_any_page_is_jumped_to_with_words_shelf_and_order(client: Client) -> None:
    many(PRODUCTS_PER_PAGE * 9)
    asked = {"q": "thing", "category": "desk", "sort": "name"}

    form = Page("/", 200, text(client, **asked)).form(having="page")

    assert dict(form.fields) == asked | {"page": ""}
    assert len(names(text(client, **dict(form.fields) | {"page": "7"}))) == PRODUCTS_PER_PAGE


def test_a_jump_is_offered_only_where_numbers_are_left_out(client: Client) -> None:
    many(PRODUCTS_PER_PAGE * 4)
    assert "page-jump" not in text(client)


def test_first_and_last_page_say_so(client: Client) -> None:
    many(PRODUCTS_PER_PAGE * 9)
    page = text(client, page=5)
    for label in ("Previous page", "Page 1, the first", "Page 5", "Page 9, the last", "Next page"):
        assert f'aria-label="{label}"' in page


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        *(("", 1), ("3", 3), ("0", 1), ("-4", 1), ("8", 8), ("9", 8), ("9" * 9_999, 8)),
        *(("0" * 9_999 + "2", 2), ("two", 1), ("1.5", 1), ("\0", 1), ("٣", 1), (" 4 ", 4)),
    ],
)
def test_a_wrong_page_number_is_the_nearest_page(asked: str, page: int) -> None:
    assert nearest_page(asked, last=8) == page


def test_a_page_beyond_the_end_is_the_last(client: Client) -> None:
    many(PRODUCTS_PER_PAGE + 1)
    assert len(names(text(client, page=99))) == 1


@pytest.mark.parametrize("count", [24, 3_000])
@pytest.mark.parametrize("query", ["", "q=thing&category=desk&page=9"])
def test_a_page_costs_two_statements_however_many_products_there_are(
    client: Client, *, django_assert_num_queries: DjangoAssertNumQueries, count: int, query: str
) -> None:
    many(count)
    with django_assert_num_queries(2):
        assert names(client.get(f"/?{query}").content.decode())


def test_only_shelves_with_something_on_them_are_offered(client: Client) -> None:
    a_product(category="kitchen")
    page = text(client)
    assert "?category=kitchen" in page
    assert "?category=garden" not in page


def test_pictures_below_the_first_row_are_lazy_and_all_keep_their_room(client: Client) -> None:
    many(8)
    pictures = re.findall(r'<img src="/static/demo/products[^>]+>', text(client))
    assert [' loading="lazy"' in picture for picture in pictures] == [False] * 4 + [True] * 4
    assert all('width="400" height="400"' in picture for picture in pictures)


def test_a_new_name_is_found_after_every_way_to_save() -> None:
    product = a_product(name="Mug")
    product.name = "Teapot"
    product.save()
    Product.objects.update_or_create(sku=product.sku, defaults={"name": "Vase"})
    assert Product.objects.get().search == f"vase {product.sku.lower()}"
