"""What a worker keeps is of no language; each reader has it in theirs."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from payments import reconciliation
from payments.models import Discrepancy, SettlementFile
from payments.models.discrepancy import DiscrepancyKind, Resolution
from payments.models.settlement import FileState
from payments.providers.base import Failure
from payments.providers.errors import ProviderRejected
from payments.providers.sandbox.provider import SandboxProvider
from payments.reconciliation import reading
from payments.reconciliation.fetch import fetch_reports
from payments.reconciliation.receive import take_back
from payments.reconciliation.resolve import settle_by_itself, undo
from tests.factories import later
from tests.payments.disagreeing import a_discrepancy, a_file, settle
from tests.payments.reconciliation.books import (
    Theirs,
    a_sale,
    at_noon,
    imported,
    the_account,
)
from tests.payments.statements.documents import document

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
CHINESE = "zh-hans"
BEFORE = "eine Zeile, die jemand früher so geschrieben hat: 100 %"


def a_refused_file() -> SettlementFile:
    return Theirs(the_account(), head={"#merchant_id": "mer_other"}).comes()


def refused_for(file: SettlementFile, language: str) -> str:
    file = SettlementFile.objects.get(pk=file.pk)
    with translation.override(language):
        return file.refused_for


def seen(row: Discrepancy, language: str) -> str:
    with translation.override(language):
        return row.seen


def test_a_refusal_is_read_in_the_readers_language() -> None:
    file = a_refused_file()

    read = [refused_for(file, language) for language in ("en", CHINESE)]

    assert read == [
        "it is of the account mer_other, and sandbox is mer_test",
        "文件属于账户 mer_other，而 sandbox 是 mer_test",
    ]


def test_what_is_kept_is_the_same_in_whichever_language_a_worker_runs() -> None:
    with translation.override(CHINESE):
        file = a_refused_file()

    assert refused_for(file, "en").startswith("it is of the account mer_other")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7", "这是PDF 文件：请导出为 CSV（银行对账单也可导出为 camt.053）"),
        (gzip.compress(b"x" * 4000, mtime=0)[:-9], "压缩包已损坏或不完整：请重新获取完整的文件"),
        (b"a,b\n", "没有找到含日期、金额和币种的表头行：这是 CSV 格式的银行对账单吗？"),
        (
            b"date,text,amount\n",
            "缺少以下列：币种（currency、Währung、币种）",
        ),
        (
            b"amount,reference,text\n",
            "缺少以下列：日期（booked_on、Buchungstag、交易日期）；币种（currency、Währung、币种）",
        ),
        (document("<Stmt>").encode()[:-20], "XML 中断或已损坏：标记未闭合"),
    ],
)
def test_a_statement_that_is_refused_says_so_in_chinese(body: bytes, said: str) -> None:
    assert refused_for(imported(None, body), CHINESE) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"gross": "n/a"}, "gross 应为以最小货币单位计的整数，实际为“n/a”：capture,"),
        (
            {"settled_at": "2020-01-01T00:00:00Z"},
            "2020-01-01 不在此报表的日期之内：请核对该账户的报表时区：capture x",
        ),
    ],
)
def test_a_line_that_cannot_be_read_says_so_in_chinese(line: dict[str, str], said: str) -> None:
    Theirs(the_account()).line("capture").line("capture", **({"id": "x"} | line)).comes()

    assert seen(Discrepancy.objects.get(), CHINESE).startswith(said)


def test_a_line_of_a_statement_that_cannot_be_read_says_so_in_chinese() -> None:
    imported(None, b"date,currency,amount,text\n2026-03-01,GBP,1.234567,Ann\n")

    row = Discrepancy.objects.get()
    assert seen(row, CHINESE) == (
        "“1.234567”不是 GBP 的金额，该币种最多 2 位小数：2026-03-01 | GBP | 1.234567 | Ann"
    )


def test_a_line_of_another_account_says_so_in_chinese() -> None:
    Theirs(the_account()).line("capture", merchant_id="mer_other", gross=1).comes()

    row = Discrepancy.objects.get(kind=DiscrepancyKind.WRONG_ACCOUNT_OR_MODE)
    assert seen(row, CHINESE) == "该行写明的是 mer_other test"


def test_a_reason_inside_a_reason_is_translated_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BAD", 1)
    broken = Theirs(the_account()).raw("a,b").raw("a,b")

    file = broken.comes()

    assert (
        refused_for(file, CHINESE) == "有 2 行不可用，多于可用的行；其中一行：有 2 列，应为 14 列"
    )


class Refusing(SandboxProvider):
    """A bank that gives no report of any day."""

    def fetch_report(self, *_: object) -> None:  # type: ignore[override]  # it never gives one
        raise ProviderRejected(Failure("provider_refused", "books_closed"))


def test_a_day_that_the_provider_refuses_says_so_in_chinese(settings: Settings) -> None:
    mine = {"sandbox": f"{__name__}.Refusing"}
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": mine}
    a_sale(the_account())

    with later(timedelta(days=1)):
        fetch_reports()

    said = refused_for(SettlementFile.objects.get(), CHINESE)
    assert said == "服务商没有提供当日报表：服务商拒绝了我方请求 (books_closed)"


def test_what_was_settled_by_itself_says_why_in_chinese() -> None:
    file = a_file()
    row = a_discrepancy(DiscrepancyKind.UNPARSEABLE_LINE, file=file)

    with translation.override(CHINESE):
        take_back(file.pk, by=None)

    row.refresh_from_db()
    assert row.given_reason == "its file was taken back"
    with translation.override(CHINESE):
        assert row.given_reason == "其文件已撤回"


def test_what_was_taken_back_by_itself_says_why_in_chinese() -> None:
    row = a_discrepancy()
    settle(row)

    undo([row.pk])

    row.refresh_from_db()
    with translation.override(CHINESE):
        assert row.given_reason == "无需调整，双方账本已一致"


def test_what_a_person_said_is_never_translated() -> None:
    row = a_discrepancy(resolution=Resolution.IGNORED, reason="its file was taken back")

    with translation.override(CHINESE):
        assert row.given_reason == "its file was taken back"


def test_what_was_kept_before_stands_as_it_was_written() -> None:
    file = a_file(state=FileState.REFUSED, why=BEFORE)
    row = a_discrepancy(DiscrepancyKind.UNPARSEABLE_LINE, file=file, detail=BEFORE)
    settle_by_itself([row.pk], reason=BEFORE)
    row.refresh_from_db()

    with translation.override(CHINESE):
        assert [file.refused_for, row.seen, row.given_reason] == [BEFORE] * 3


def test_who_works_unasked_speaks_no_language() -> None:
    """Only what is told at once to the person who acts is translated where it is said."""
    modules = Path(reconciliation.__path__[0]).glob("*.py")
    told_at_once = {"receive.py", "resolve.py"}
    speaking = {path.name for path in modules if "gettext as _" in path.read_text("utf-8")}
    assert speaking == told_at_once
