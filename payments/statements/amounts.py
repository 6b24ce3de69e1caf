"""Decimals as people and banks write them: which mark is the decimal one is seen, not guessed."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from payments.statements.base import LONGEST_CELL, Unreadable

POINT, COMMA = ".", ","
EITHER: Final = "?"
"""The mark of "1.234": a thousand and more, or one and a bit."""
NONE: Final = ""
"""The mark of "1234": whichever it is."""
ALIKE: Final = str.maketrans("\u2212\u2013\uff0d\u00a0\u202f\u2019", "---  '")
"""Other minus signs, spaces and apostrophes."""

SIGNED: Final = re.compile(r"([+-]?) ?([0-9][0-9., ']*|[.,][0-9]+) ?([+-]?)")
BRACKETED: Final = re.compile(r"()\(([0-9][0-9., ']*)(\))")
SPACED: Final = re.compile(r"[1-9][0-9]{0,2}(?:([ '])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]+)?")
BOTH: Final = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?!\1)([.,])[0-9]+")
GROUPS: Final = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})+")
UNSURE: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
PLAIN: Final = re.compile(r"[0-9]*([.,])[0-9]+")


class Written(NamedTuple):
    """An amount as it stands there: its sign, "-" or "", and its digits with their marks.

    `mark` is the one that must be decimal then: POINT, COMMA, EITHER or NONE.
    """

    sign: str
    digits: str
    mark: str

    def plain(self, mark: str) -> str:
        """The amount as "-1234.56", `mark` being the decimal one."""
        other = COMMA if mark == POINT else POINT
        whole = self.digits.replace(other, "").replace(mark or POINT, ".")
        return f"{self.sign}{'0' if whole.startswith('.') else ''}{whole}"


def written(text: str) -> Written:
    """What a cell says; raises Unreadable on what is no amount."""
    bare = text.translate(ALIKE).strip()
    found = SIGNED.fullmatch(bare) or BRACKETED.fullmatch(bare)
    if found is None or (found[1] and found[3]):
        raise Unreadable("“%(text)s” is not an amount", text=text[:LONGEST_CELL])
    sign = "-" if {found[1], found[3]} & {"-", ")"} else ""
    digits = found[2].strip()
    spaced = SPACED.fullmatch(digits)
    if spaced:
        digits = digits.replace(spaced[1], "")
        last = "".join(mark for mark in digits if mark in "., ")
        return Written(sign, digits, last)
    return Written(sign, digits, _mark(digits, text))


def _mark(digits: str, text: str) -> str:
    if digits.isdecimal():
        return NONE
    if both := BOTH.fullmatch(digits):
        return both[2]
    if groups := GROUPS.fullmatch(digits):
        return COMMA if groups[1] == POINT else POINT
    if UNSURE.fullmatch(digits):
        return EITHER
    if plain := PLAIN.fullmatch(digits):
        return plain[1]
    raise Unreadable("“%(text)s” is not an amount", text=text[:LONGEST_CELL])
