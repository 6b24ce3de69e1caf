"""A page is read as a browser without script would read it."""

import pytest

from benchmarks.page import Form, Page, PageError

HTML = """
<title>Not seen</title><a href="/order/1/">See your order</a>
<form action="/search/"><input name="q"></form>
<form method="post" action="/checkout/">
  <input type="hidden" name="csrf" value="t&amp;1">
  <input name="email"><input type="number" name="pieces" value="2">
  <input type="radio" name="card" value="good"><input type="radio" name="card" value="bad" checked>
  <input type="checkbox" name="terms"><input type="checkbox" name="news" checked>
  <select name="country"><option value="GB">Britain</option>
    <option value="IE" selected>Ireland</option></select>
  <select name="size"><option value="S">S</option><option value="M">M</option></select>
  <textarea name="memo"></textarea><textarea name="note">leave it</textarea>
  <button name="action" value="pay">Pay</button>
</form><script>var unseen = 1;</script>
"""


@pytest.fixture
def fetched() -> Page:
    return Page("http://shop.test/cart/", 200, HTML)


@pytest.fixture
def form(fetched: Page) -> Form:
    return fetched.form(having="csrf")


def test_a_form_sends_what_it_holds_and_is_chosen(form: Form) -> None:
    assert form.fields == [
        ("csrf", "t&1"),
        ("email", ""),
        ("pieces", "2"),
        ("card", "bad"),
        ("news", "on"),
        ("country", "IE"),
        ("size", "S"),
        ("memo", ""),
        ("note", "leave it"),
    ]


def test_what_is_typed_takes_the_place_of_what_stood_there(form: Form) -> None:
    sent = form.filled([("card", "good"), ("terms", "on")])
    assert [value for name, value in sent if name == "card"] == ["good"]
    assert ("terms", "on") in sent


def test_a_name_may_be_sent_more_than_once(form: Form) -> None:
    sent = form.filled([("pieces", "1"), ("pieces", "5")])
    assert [value for name, value in sent if name == "pieces"] == ["1", "5"]


def test_nothing_can_be_typed_where_no_field_is(form: Form) -> None:
    with pytest.raises(PageError, match="has no field total"):
        form.filled([("total", "1")])


def test_a_form_is_found_by_a_field_and_an_address(fetched: Page) -> None:
    assert fetched.form(having="q", at="/search/").method == "get"


def test_a_missing_form_says_what_the_page_says_instead(fetched: Page) -> None:
    with pytest.raises(PageError, match=r"status 200.*See your order"):
        fetched.form(having="sku")


def test_links_are_absolute(fetched: Page) -> None:
    assert fetched.links == ["http://shop.test/order/1/"]


def test_text_is_what_one_sees(fetched: Page) -> None:
    assert fetched.text == "See your order leave it Pay"
