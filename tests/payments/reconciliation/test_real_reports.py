"""Reports that real providers sent are opened as they came."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import samples
from tests.payments.reconciliation.packing import lines_of, read, zipped_in_china

FOUND = samples.find("vectors")
VECTORS = FOUND.folder or Path()
pytestmark = pytest.mark.skipif(FOUND.folder is None, reason=FOUND.reason)


def test_alipays_zip_of_two_files_in_chinese_encoding_is_read() -> None:
    body = (VECTORS / "alipay/trade_detail_2019-09-16.gbk.csv").read_bytes()
    expected = (VECTORS / "alipay/trade_detail_2019-09-16.utf8.csv").read_bytes().decode()

    packed = zipped_in_china({"2088_业务明细.csv": body, "2088_业务明细(汇总).csv": b"x"})

    assert [line.rstrip() for line in read(packed).splitlines()] == [
        line.rstrip() for line in expected.splitlines()
    ]


def test_wechat_pays_byte_order_mark_is_no_part_of_its_first_column() -> None:
    body = (VECTORS / "wechatpay/tradebill_real_bom_crlf.csv").read_bytes()

    lines = lines_of(body)

    assert lines[0].split(",")[0] == "交易时间"
    assert {line[-2:] for line in lines} == {"\r\n"}
