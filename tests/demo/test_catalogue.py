"""load_catalogue: from sales files to products on the shelves."""

import gzip
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from benchmarks import samples
from demo.loading.files import LONGEST_LINE
from demo.loading.gather import is_goods
from demo.models import Product

pytestmark = pytest.mark.django_db
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def a_line(
    code: str = "85123A", name: str = "LANTERN", price: str = "2.55", *, day: int = 1
) -> str:
    return f"536365,{code},{name},6,2010-12-{day:02} 08:26:00,{price},17850.0,United Kingdom"


def a_file(folder: Path, *lines: str, name: str = "sales.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\r\n".join([header, *lines, ""]), encoding="utf-8", newline="")
    return path


def load(*files: Path, stock: int = 100) -> str:
    out = io.StringIO()
    call_command("load_catalogue", *map(str, files), stock=stock, stdout=out)
    return out.getvalue()


def test_a_product_has_its_latest_price_its_longest_name_and_an_upper_case_code(
    tmp_path: Path,
) -> None:
    late = a_file(tmp_path, a_line(price="3.05", day=9), name="b.csv")
    early = a_file(tmp_path, a_line("85123a", " METAL LANTERN "), a_line(price="0", day=20))
    load(late, early)
    product = Product.objects.get()
    assert (product.sku, product.name, product.price) == ("85123A", "METAL LANTERN", 305)
    assert (product.slug, product.category, product.stock) == (
        "metal-lantern-85123a",
        "living",
        100,
    )


def test_a_note_on_a_line_without_price_is_no_name(tmp_path: Path) -> None:
    load(a_file(tmp_path, a_line(), a_line(name="wrongly sold (22719) barcode", price="0")))
    assert Product.objects.get().name == "LANTERN"


def test_a_second_load_changes_nothing_and_says_so(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_line(), a_line("22001", "MUG"))
    assert "2 created, 0 updated, 0 unchanged" in load(file)
    before = list(Product.objects.values())
    told = load(file)
    assert "0 created, 0 updated, 2 unchanged" in told
    assert "Nothing has changed" in told
    assert list(Product.objects.values()) == before


def test_one_product_is_written_in_the_singular(tmp_path: Path) -> None:
    assert "Writing 1 product …" in load(a_file(tmp_path, a_line()))


def test_files_that_hold_no_product_are_not_called_unchanged(tmp_path: Path) -> None:
    told = load(a_file(tmp_path, "broken", a_line("POST")))
    assert "Nothing could be taken from these files, and nothing was written." in told
    assert ("Nothing has changed" in told, "Writing" in told) == (False, False)


def test_a_new_price_leaves_stock_address_and_shelf_alone(tmp_path: Path) -> None:
    load(a_file(tmp_path, a_line()))
    Product.objects.update(stock=3, slug="our-lantern", category="garden", active=False)
    told = load(a_file(tmp_path, a_line(name="BIG METAL LANTERN", price="9.99")), stock=50)
    product = Product.objects.get()
    assert "0 created, 1 updated, 0 unchanged" in told
    assert (product.price, product.name) == (999, "BIG METAL LANTERN")
    assert (product.stock, product.slug, product.category) == (3, "our-lantern", "garden")
    assert product.search == "big metal lantern 85123a"


def test_new_products_get_the_stock_that_was_named(tmp_path: Path) -> None:
    load(a_file(tmp_path, a_line()), stock=7)
    assert Product.objects.get().stock == 7


@pytest.mark.parametrize("pieces", ["0", "-1", "many", "1000001", "9" * 5_000])
def test_a_stock_that_is_no_number_of_pieces_is_refused(tmp_path: Path, pieces: str) -> None:
    with pytest.raises(CommandError, match="is not a number of pieces"):
        call_command("load_catalogue", str(a_file(tmp_path, a_line())), f"--stock={pieces}")


@pytest.mark.parametrize(
    ("code", "goods"),
    [
        *(("85123A", True), ("22086", True), ("15056BL", True), ("DCGS0003", False)),
        *(("POST", False), ("M", False), ("C2", False), ("8512", False), ("GIFT_0001_20", False)),
    ],
)
def test_goods_are_five_digits_with_letters(code: str, goods: bool) -> None:
    assert is_goods(code) is goods


def test_what_is_no_goods_or_never_had_a_price_is_counted_and_named(tmp_path: Path) -> None:
    told = load(
        a_file(tmp_path, a_line("POST"), a_line("post"), a_line("M"), a_line("22001", price="0"))
    )
    assert "2 codes, POST, M." in told
    assert "1 goods code never had a price in these files, 22001." in told
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("536365,85123A,LANTERN", "3 fields, not 8"),
        (a_line(name='"LANTERN'), "not CSV"),
        (a_line(price="cheap"), "'cheap' is not an amount"),
        (a_line(price="NaN"), "'NaN' is not an amount"),
        (a_line(price="2.555"), "'2.555' has too many decimals: GBP has 2"),
        (a_line(price="-1"), "UnitPrice -1 is below 0"),
        (a_line(price="9999999999"), "is above 1,000,000"),
        (a_line().replace("2010-12-01", "2010-13-01"), "InvoiceDate '2010-13-01 08:26:00'"),
        (a_line().replace(",6,", ",six,"), "Quantity 'six' is not a whole number"),
        (a_line(code=""), "no StockCode"),
        (a_line(code="85123" + "A" * 60), "StockCode longer than 64"),
        (a_line(name="x" * 201), "Description longer than 200"),
        (a_line(name="x" * (LONGEST_LINE + 9)), "longer than 10,000 bytes"),
        (a_line(name="a\0b"), "a NUL byte"),
    ],
)
def test_a_broken_line_is_named_with_its_place_and_stops_nothing(
    tmp_path: Path, line: str, what: str
) -> None:
    file = a_file(tmp_path, a_line("22001"), line, "", a_line("22002"))
    told = load(file)
    assert f"{file}, line 3: " in told
    assert what in told
    assert list(Product.objects.values_list("sku", flat=True)) == ["22001", "22002"]


def test_a_line_in_another_encoding_is_broken_and_the_next_is_read(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_line("22001"))
    file.write_bytes(file.read_bytes() + a_line("22002", "CAFÉ").encode("latin-1") + b"\n")
    assert f"{file}, line 3: not UTF-8" in load(file)


def test_broken_lines_beyond_the_first_two_hundred_are_counted(tmp_path: Path) -> None:
    told = load(a_file(tmp_path, *["broken"] * 203))
    assert "203 broken lines left out:" in told
    assert told.count(", line ") == 200
    assert "… and 3 more." in told


def test_files_may_be_gzipped_whatever_their_name(tmp_path: Path) -> None:
    file = tmp_path / "sales"
    file.write_bytes(gzip.compress(f"\ufeff{HEADER}\n{a_line()}".encode()))
    load(file)
    assert Product.objects.get().price == 255


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    header = "UnitPrice,Quantity,Description,InvoiceDate,StockCode"
    load(a_file(tmp_path, "1.50,2,MUG,2026-01-01,22001", header=header))
    assert Product.objects.get().price == 150


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (f"{HEADER},x".replace("UnitPrice", "Price").encode(), "lacks the column UnitPrice"),
        (HEADER.replace(",", ";").encode(), "lacks the columns StockCode, Description"),
        (b"PK\x03\x04\0\0", "is not a CSV file"),
        (b"", "has no first line"),
        (b"\xff\xfe" + HEADER.encode("utf-16-le"), "is not a CSV file"),
        (gzip.compress(HEADER.encode() * 99, mtime=0)[:40], "cannot be read"),
    ],
)
def test_a_file_that_is_no_sales_file_is_one_clear_error_and_nothing_is_loaded(
    tmp_path: Path, content: bytes, what: str
) -> None:
    good, bad = a_file(tmp_path, a_line()), tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(CommandError, match=what) as error:
        load(good, bad)
    assert str(error.value).startswith(str(bad))
    assert "Nothing was loaded" in str(error.value)
    assert not Product.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be read: No such file"):
        load(tmp_path / "nowhere.csv")


def test_a_line_that_takes_a_sale_back_names_no_price(tmp_path: Path) -> None:
    back = a_line(price="9.99", day=2).replace(",6,", ",-6,")
    load(a_file(tmp_path, a_line(), back))
    assert Product.objects.get().price == 255


def test_nine_months_of_a_real_shop_are_loaded() -> None:
    found = samples.online_retail()
    if not found.folder:
        pytest.skip(found.reason)
    told = load(*sorted(found.folder.glob("*.csv.gz")))
    assert "320,705 lines read, 3,514 products found." in told
    assert "1,992 lines of 32 codes" in told
    assert "134 goods codes never had a price" in told
    assert "broken" not in told
    assert Product.objects.count() == 3_514
