"""Reads the files a second time, with nothing shared with the first read, to check the books.

The rows go as text into a table in memory; sales are summed by SQL; returns are settled customer
by customer and piece by piece, instead of line by line in the order of the file.
"""

import csv
import gzip
import io
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path

_RAW = "CREATE TABLE raw(no, code, text, pieces, at, price, customer, country)"
# Goods are five digits with letters only behind them, or gift bags; prices are whole pence.
_GOODS = """
    CREATE TABLE goods AS
    SELECT rowid AS place, no, upper(code) AS code, customer, CAST(pieces AS INTEGER) AS pieces,
      CAST(round(price * 100) AS INTEGER) AS pence
    FROM raw
    WHERE (upper(code) GLOB '[0-9][0-9][0-9][0-9][0-9]*'
           AND substr(upper(code), 6) NOT GLOB '*[^A-Z]*' OR upper(code) GLOB 'DCGS*')
      AND round(price * 100) > 0 AND abs(price * 100 - round(price * 100)) < 0.000001
      AND (no GLOB 'C*' OR no NOT GLOB 'A*' AND CAST(pieces AS INTEGER) > 0)
"""
_CAPTURED = "SELECT no, sum(pieces * pence) FROM goods WHERE no NOT GLOB 'C*' GROUP BY no"
_MOVES = """
    SELECT customer, code, pence, no, pieces FROM goods WHERE customer <> ''
    ORDER BY customer, code, pence, place
"""
Standing = dict[str, tuple[int, int]]


def what_should_stand(files: Iterable[Path]) -> Standing:
    """Per invoice number: captured and refunded, in pence, as they should stand in the end."""
    with closing(sqlite3.connect(":memory:")) as table:
        table.execute(_RAW)
        for file in files:
            table.executemany("INSERT INTO raw VALUES (?,?,?,?,?,?,?,?)", _rows(file))
        table.execute(_GOODS)
        captured: dict[str, int] = dict(table.execute(_CAPTURED))
        refunded = dict.fromkeys(captured, 0)
        for shelf, moves in groupby(table.execute(_MOVES), key=itemgetter(0, 1, 2)):
            for invoice in _came_back([(no, pieces) for *_, no, pieces in moves]):
                refunded[invoice] += shelf[2]
    return {invoice: (captured[invoice], refunded[invoice]) for invoice in captured}


def _rows(file: Path) -> Iterator[list[str]]:
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode()
    rows = csv.reader(io.StringIO(text, newline=""))
    next(rows)
    return rows


def _came_back(moves: list[tuple[str, int]]) -> Iterator[str]:
    """One invoice number for each piece that came back, of one customer, code and price."""
    bought = [no for no, pieces in moves if pieces > 0]
    newest = sorted(set(bought), key=bought.index, reverse=True)
    owned = dict.fromkeys(newest, 0)
    for no, pieces in moves:
        if pieces > 0:
            owned[no] += pieces
        elif sum(owned.values()) >= -pieces:
            pile = (held for held in newest for _ in range(owned[held]))
            back = [next(pile) for _ in range(-pieces)]
            for held in back:
                owned[held] -= 1
            yield from back
