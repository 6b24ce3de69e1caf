"""Why something is refused or cannot be read: words that are told in a reader's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from payments.providers.base import Failure

Fact: TypeAlias = "str | int | Failure | Cause"
"""What fills a gap. A text is somebody's own word, and stands as it is in every language."""
LONGEST_FACT: Final = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """English words with gaps such as %(name)s, and what fills them; a gap may hold another cause.

    It is stored as it is, and whoever shows it translates it. `str()` is English, for a log.
    """

    words: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.facts if self.facts else self.words


def because(words: str, /, **facts: Fact | date) -> Cause:
    """The cause in these words: a literal, which `make messages` gathers from the call."""
    return Cause(words, {name: _kept(fact) for name, fact in facts.items()})


def printable(text: str) -> str:
    """What a database and a page can take of a text that may be anything."""
    cut = "".join(" " if sign.isspace() else sign for sign in text[:LONGEST_FACT])
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in cut)


def _kept(fact: Fact | date) -> Fact:
    if isinstance(fact, Failure):
        return Failure(fact.code, printable(fact.raw))
    return fact if isinstance(fact, int | Cause) else printable(str(fact))


OF_PARSERS: Final = (
    because("unexpected end of data"),
    because("',' expected after '\"'"),
    because("';' expected after '\"'"),
    because("'\t' expected after '\"'"),
    because(
        "new-line character seen in unquoted field - do you need to open the file in "
        "universal-newline mode?"
    ),
    because(
        "new-line character seen in unquoted field - do you need to open the file with newline=''?"
    ),
    because("not well-formed (invalid token)"),
    because("syntax error"),
    because("no element found"),
    because("unclosed token"),
    because("mismatched tag"),
    because("duplicate attribute"),
    because("junk after document element"),
    because("undefined entity"),
    because("unbound prefix"),
    because("reference to invalid character number"),
    because("unknown encoding"),
)
"""What Python's readers of CSV and XML say of most damaged files: gathered here, said there."""
