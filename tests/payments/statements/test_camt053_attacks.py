"""XML that is cut off, or made to harm, is refused with its line before it does."""

from __future__ import annotations

import http.server
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from payments.providers.reports import ReportRefused
from payments.statements import open_statement
from tests.payments.statements.documents import details, document, entry, stmt
from tests.payments.statements.reading import lines_of, rows_of, statement

LAUGHS = "".join(
    f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' if number else '<!ENTITY l0 "ha">'
    for number in range(12)
)
WHOLE = document(stmt("0.00", "3.00", entry("1.00"), entry("2.00")))


def refused(text: str) -> ReportRefused:
    with pytest.raises(ReportRefused) as caught:
        lines_of(text)
    return caught.value


def test_a_billion_laughs_are_refused_before_the_first() -> None:
    before = f"<!DOCTYPE Document [{LAUGHS}]>\n"
    text = document(stmt("0.00", "0.00"), before=before).replace("M1", "&l11;")
    tracemalloc.start()

    error = refused(text)

    assert tracemalloc.get_traced_memory()[1] < 2**21
    tracemalloc.stop()
    assert ("document type" in str(error), error.number) == (True, 2)


class Listener(http.server.BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def listener() -> Iterator[http.server.HTTPServer]:
    Listener.asked = []
    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE Document SYSTEM "{url}">',
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "{url}">]>',
        '<!DOCTYPE Document [<!ENTITY % x SYSTEM "{url}"> %x;]>',
        '<!DOCTYPE Document PUBLIC "-//X//EN" "{url}">',
    ],
)
def test_nothing_that_xml_names_is_fetched(listener: http.server.HTTPServer, declared: str) -> None:
    url = f"http://127.0.0.1:{listener.server_port}/secret"
    text = document(stmt("0.00", "0.00"), before=declared.format(url=url))

    assert "document type" in str(refused(text.replace("M1", "&x;")))
    assert Listener.asked == []


def test_no_file_is_read_into_a_statement(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    before = f'<!DOCTYPE Document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'

    error = refused(document(stmt("0.00", "0.00"), before=before).replace("S1", "&x;"))

    assert "document type" in str(error)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_xml_that_breaks_off_is_refused_with_its_last_line(share: float) -> None:
    text = WHOLE[: int(len(WHOLE) * share)]

    error = refused(text)

    assert "breaks off" in str(error)
    assert error.number == text.count("\n") + 1


def test_blank_lines_before_it_count() -> None:
    rows = lines_of("\n\n" + WHOLE)

    assert [row.number for row in rows] == [11, 13]
    assert refused("\n\n" + WHOLE[:-20]).number == WHOLE.count("\n") + 2


def test_damaged_xml_is_refused_with_its_line() -> None:
    assert refused(WHOLE.replace("<BookgDt>", "<BookgDt", 1)).number == 10


def test_xml_nested_without_end_is_refused() -> None:
    assert "nested" in str(refused(document("<a>" * 100_000)))


def endless(unit: str) -> Iterator[str]:
    yield WHOLE.partition("<Stmt>")[0]
    yield from (unit for _ in range(10_000))


@pytest.mark.parametrize("begins", ["<!-- ", "<Stmt x='", "<?pi "])
def test_a_part_without_an_end_is_refused_early(begins: str) -> None:
    text = endless("x" * 1000)

    with pytest.raises(ReportRefused, match="too long"):
        open_statement(iter([next(text) + begins, *text]))


def test_text_without_an_end_is_kept_in_part_only() -> None:
    wordy = details(f"<RmtInf><Ustrd>{'x' * 10**6}</Ustrd></RmtInf>")

    (row,) = rows_of(document(stmt("0.00", "1.00", entry("1.00", wordy))))

    assert row.text == "x" * 500


def test_the_same_names_elsewhere_do_not_count() -> None:
    foreign = '<SplmtryData><Envlp xmlns="urn:x">' + entry("9.00") + "</Envlp></SplmtryData>"
    text = document(stmt("0.00", "1.00", entry("1.00"), foreign))

    assert [row.amount for row in rows_of(text)] == [100]


@pytest.mark.parametrize(
    ("old", "new"),
    [("CRDT", "CREDIT"), (">1.00<", ">one<"), (">1.00<", ">-1.00<"), ('Ccy="EUR"', 'Ccy="Euro"')],
)
def test_a_balance_that_cannot_be_read_is_refused_with_its_line(old: str, new: str) -> None:
    text = document(stmt("1.00", "1.00")).replace(old, new)

    with pytest.raises(ReportRefused, match="balance OPBD") as caught:
        statement(text)

    assert caught.value.number == 5
