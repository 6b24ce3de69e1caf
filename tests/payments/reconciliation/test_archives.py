"""An archive is opened where it holds one file that is what it says; nothing of it is believed."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.providers.reports import ReportRefused
from payments.reconciliation import unpack
from tests.payments.reconciliation.packing import LINES, gzipped, read, zipped, zipped_in_china

BODY = LINES.encode()
MANY_LINES = "".join(f"{number},{number**5}\n" for number in range(2000)).encode()


def refusal(body: bytes) -> str:
    with pytest.raises(ReportRefused) as refused:
        read(body)
    return str(refused.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_of_one_file_is_read_whatever_it_is_called(method: int) -> None:
    assert read(zipped({"report.pdf": BODY}, method)) == LINES


def test_gzip_is_read_and_so_are_several_in_a_row() -> None:
    assert read(gzipped(BODY) + gzipped(BODY)) == LINES + LINES


def test_folders_in_a_zip_do_not_count() -> None:
    assert read(zipped({"2026/": b"", "2026/report.csv": BODY})) == LINES


@pytest.mark.parametrize("pack", [zipped, zipped_in_china])
def test_the_summary_beside_alipays_lines_is_left_out(
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    lines = "业务明细,1.00\n".encode("gb18030")
    packed = pack({"2088_业务明细.csv": lines, "2088_业务明细(汇总).csv": b"x"})

    assert read(packed) == "业务明细,1.00\n"


@pytest.mark.parametrize(
    "files", [["a.csv", "b.csv"], ["明细.csv", "汇总.csv", "c.csv"], ["汇总1.csv", "汇总2.csv"]]
)
def test_several_files_are_refused_and_named(files: list[str]) -> None:
    why = refusal(zipped_in_china(dict.fromkeys(files, BODY)))

    assert [name in why for name in files] == [True] * len(files)


def test_two_files_of_one_name_are_refused() -> None:
    packed = zipped({"a.csv": BODY, "b.csv": BODY}).replace(b"b.csv", b"a.csv")

    assert "must hold one file" in refusal(packed)


def test_an_archive_of_nothing_is_refused() -> None:
    assert "holds: nothing" in refusal(zipped({}))


@pytest.mark.parametrize("name", ["/etc/a.csv", "../a.csv", "a/../../b.csv", "C:\\a.csv", "..\\a"])
def test_a_path_out_of_the_archive_is_refused(name: str) -> None:
    assert "leads out of it" in refusal(zipped({name: BODY}))


@pytest.mark.parametrize("inner", [zipped({"a.csv": BODY}), gzipped(BODY)])
def test_an_archive_in_an_archive_is_refused(inner: bytes) -> None:
    assert "inside an archive" in refusal(zipped({"a.csv": inner}))
    assert "inside an archive" in refusal(gzipped(inner))


def test_a_password_is_refused() -> None:
    packed = bytearray(zipped({"a.csv": BODY}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1

    assert "password" in refusal(bytes(packed))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method: int) -> None:
    assert "not read" in refusal(zipped({"a.csv": BODY}, method))


def test_an_excel_sheet_is_named_with_what_to_do() -> None:
    sheet = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})

    assert "Excel sheet" in refusal(sheet)
    assert "as CSV" in refusal(sheet)


BOMB = b"day,amount\n" + b"0" * 60_000 + b"\n" + b"2026-11-28,1.00\n" * 100_000


@pytest.mark.parametrize("bomb", [gzipped(BOMB), zipped({"a.csv": BOMB})])
def test_what_grows_a_hundredfold_is_refused(bomb: bytes) -> None:
    assert "more than 100 times" in refusal(bomb)


def test_a_bomb_that_hides_its_size_is_refused() -> None:
    packed = bytearray(zipped({"a.csv": BOMB}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", packed, packed.index(mark) + at, len(BODY))

    assert refusal(bytes(packed))


def test_what_grows_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_BYTES", len(MANY_LINES) - 1)

    assert "grows to more" in refusal(gzipped(MANY_LINES))
    assert "grows to more" in refusal(zipped({"a.csv": MANY_LINES}))


def test_a_long_list_of_files_is_not_read() -> None:
    assert "list of its files" in refusal(zipped({f"{n:0200}.csv": b"" for n in range(1200)}))


@pytest.mark.parametrize("packed", [gzipped(MANY_LINES), zipped({"a.csv": MANY_LINES})])
@pytest.mark.parametrize("kept", [0.01, 0.5, 0.9, 0.999])
def test_an_archive_that_breaks_off_is_refused(packed: bytes, kept: float) -> None:
    assert refusal(packed[: max(5, int(len(packed) * kept))])


def test_a_wrong_checksum_is_refused() -> None:
    stored = zipped({"a.csv": BODY}, zipfile.ZIP_STORED).replace(b"12.50", b"99.50")
    packed = bytearray(gzipped(BODY))
    packed[-8] ^= 1

    assert "damaged" in refusal(stored)
    assert "damaged" in refusal(bytes(packed))


def test_a_wrong_checksum_under_a_byte_order_mark_is_refused() -> None:
    packed = bytearray(gzipped(b"\xef\xbb\xbf" + MANY_LINES))
    packed[-8] ^= 1

    assert "damaged" in refusal(bytes(packed))


@given(
    st.sampled_from([gzipped(BODY), zipped({"a.csv": BODY}), zipped({"汇总": BODY})]),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_damage_of_any_kind_is_refused_or_changes_nothing(
    packed: bytes, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(packed)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    try:
        text = read(bytes(damaged))
    except ReportRefused:
        return
    assert text == LINES or not damaged.startswith((unpack.GZIP, *unpack.ZIPS))
