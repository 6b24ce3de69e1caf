"""Bytes become lines of text in whichever encoding they came, and what is no text is refused."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.providers.reports import ReportRefused
from payments.reconciliation.source import LONGEST, open_text
from payments.reconciliation.unpack import CHUNK
from tests.payments.reconciliation.packing import gzipped, lines_of, read

DECODED_AT_ONCE = LONGEST
CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\ufeff", exclude_categories=["Cs"])
)
TABLES = CELLS.map(lambda text: f"交易时间,商户订单号,金额,备注\n{text}\n")
CHINESE = st.text(st.sampled_from("交易时间商户订单金额备注张伟王芳"), min_size=1)


class Dribble(io.BytesIO):
    """A file that gives less than it is asked for, as a pipe or a socket does."""

    def __init__(self, body: bytes, most: int) -> None:
        super().__init__(body)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, self.most) if size and size > 0 else size)


@given(TABLES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_any_text_reads_the_same_in_each_encoding(text: str, encoding: str) -> None:
    assert read(text.encode(encoding)) == text


@given(TABLES, st.integers(1, 9), st.booleans())
def test_any_split_into_pieces_reads_the_same(text: str, most: int, packed: bool) -> None:
    body = text.encode("gb18030")
    body = gzipped(body) if packed else body

    with open_text(Dribble(body, most)) as lines:
        assert "".join(lines) == text


@given(CHINESE, st.integers(-4, 4), st.sampled_from(["utf-8", "gb18030"]))
def test_a_character_across_two_pieces_stays_whole(text: str, shift: int, encoding: str) -> None:
    text = "a\n" * ((DECODED_AT_ONCE + shift) // 2) + "b" * (shift % 2) + text + "交易额"

    assert read(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_encoding_is_seen_where_its_first_sign_comes_late(encoding: str) -> None:
    text = "2026-11-28,12.50\n" * (CHUNK // 8) + "交易"

    assert read(text.encode(encoding)).endswith("50\n交易")


def test_western_letters_are_not_taken_for_chinese() -> None:
    text = "Buchungstag;Währung;Empfänger\n28.11.2026;EUR;Müller, Größe M\n"

    assert read(text.encode("cp1252")) == text


def test_a_utf16_file_of_the_other_byte_order_is_read() -> None:
    assert read("\ufeffa,b\n".encode("utf-16-be")) == "a,b\n"


def test_lines_keep_their_ends() -> None:
    assert lines_of(b"a\r\nb\nc\rd") == ["a\r\n", "b\n", "c\r", "d"]


def filled(size: int, end: str) -> list[str]:
    """Lines of so many bytes in all."""
    line = f"a{end}"
    count, rest = divmod(size, len(line))
    return [f"{'b' * rest}{line}", *[line] * (count - 1)]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("length", [1, LONGEST - 1, LONGEST])
def test_a_line_end_that_is_cut_by_the_end_of_a_piece_is_one(
    end: str, over: int, length: int
) -> None:
    """All of it but so many characters is in a piece, and its line is as long as that."""
    before = filled(3 * LONGEST - length - len(end) + over, end)
    lines = [*before, "x" * length + end, f"y{end}"]

    assert lines_of("".join(lines).encode()) == lines


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("wrong", [b"\0", b"\xff\xff"])
def test_a_line_after_it_is_refused_with_its_number(end: str, over: int, wrong: bytes) -> None:
    before = filled(LONGEST + over, end)
    body = "".join([*before, f"y{end}"]).encode() + wrong + b"\n"

    with pytest.raises(ReportRefused) as refused:
        read(body)

    assert refused.value.number == len(before) + 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    ("sign", "cut"), [("é", 1), ("交", 1), ("交", 2), ("𠀀", 1), ("𠀀", 2), ("𠀀", 3)]
)
def test_a_character_that_is_cut_by_the_end_of_a_piece_is_one(
    sign: str, cut: int, encoding: str
) -> None:
    """So it is where the encoding is learned: that takes larger pieces."""
    begin = "a\n" * (CHUNK // 2 - 2) + "b" * (4 - cut)
    lines = f"{begin}{sign}\n交易\n".splitlines(keepends=True)

    assert lines_of("".join(lines).encode(encoding)) == lines


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b"\xff\xfe", gzipped(b"")])
def test_an_empty_file_is_refused(body: bytes) -> None:
    with pytest.raises(ReportRefused, match="empty"):
        read(body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_nul_is_refused_with_its_line(encoding: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        read("a\nb\n\0c\n".encode(encoding))

    assert refused.value.number == 3


@pytest.mark.parametrize("before", [0, 1, 5000])
def test_bytes_of_no_encoding_are_refused_with_their_line(before: int) -> None:
    with pytest.raises(ReportRefused, match="GB18030") as refused:
        read("交易,1\n".encode("gb18030") * before + b"12,\xff\xff\n")

    assert refused.value.number == before + 1


def test_a_utf8_mark_before_something_else_is_refused() -> None:
    with pytest.raises(ReportRefused) as refused:
        read(b"\xef\xbb\xbfa\n" + "交易".encode("gb18030"))

    assert refused.value.number == 2


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_of_the_longest_length_is_read(end: str) -> None:
    assert lines_of(f"{'x' * LONGEST}{end}".encode()) == ["x" * LONGEST + end]


def test_a_longer_line_is_refused_with_its_number() -> None:
    with pytest.raises(ReportRefused, match="longer") as refused:
        read(b"a\n" + b"x" * (LONGEST + 1) + b"\nb\n")

    assert refused.value.number == 2


def test_xml_in_one_line_comes_in_pieces() -> None:
    text = f"<Document>{'x' * 3 * LONGEST}</Document>"

    pieces = lines_of(text.encode())

    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= 2 * LONGEST


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip"),
    ],
)
def test_another_kind_of_file_is_named_with_what_to_do(head: bytes, what: str) -> None:
    with pytest.raises(ReportRefused, match=f"this is {what}.*export.* as CSV"):
        read(head + bytes(100))


@pytest.mark.parametrize("pack", [bytes, gzipped])
def test_how_far_one_has_read_is_told_in_bytes_of_the_upload(
    pack: Callable[[bytes], bytes],
) -> None:
    body = pack("".join(f"{number},{number**7}\n" for number in range(50_000)).encode())
    with open_text(io.BytesIO(body)) as lines:
        seen = [lines.bytes_read for _ in lines]

        assert seen == sorted(seen)
        assert 0 < seen[20_000] < len(body)
        assert lines.bytes_read == lines.size == len(body)


def test_the_file_stays_open() -> None:
    file = io.BytesIO(b"a\nb\n")
    with open_text(file) as lines:
        next(lines)

    assert not file.closed
