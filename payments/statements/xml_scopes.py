"""XML as a stream of small parts: what stands in an entry, never the whole document."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from payments.providers.cause import Cause
from payments.providers.reports import ReportRefused

DEEPEST: Final = 40
LONGEST_PART: Final = 2**20
"""Characters of one tag or comment, which the parser holds until it is closed."""
LONGEST_VALUE: Final = 1000
CUT: Final = "/Ustrd"


@dataclass(slots=True)
class Part:
    """What one element says: texts by their path below it, the first where there are several.

    Unstructured text (Ustrd) is joined, since banks cut it into pieces. The attribute of currency
    stands at "path@Ccy". `line` is that of its opening tag.
    """

    path: str
    line: int
    said: dict[str, str] = field(default_factory=dict)

    def first(self, *paths: str) -> str:
        """The text of the first of these paths that says anything, or ""."""
        return next((self.said[path] for path in paths if self.said.get(path)), "")


Scopes = Mapping[str, Collection[str]]
Seen = Callable[[Part], None]


class XmlScopes:
    """Feeds a document of one namespace to two functions: a part begins, a part has ended.

    `scopes`: the paths, from the root, of what becomes a part, each with the paths below it that
    are kept. Raises ReportRefused on what is not well-formed, and on any document type: entities
    are how a small file grows without end or reads others. `skipped` lines came before the first.
    """

    def __init__(self, scopes: Scopes, *, begun: Seen, ended: Seen, skipped: int) -> None:
        self._scopes, self._begun, self._ended = scopes, begun, ended
        self._skipped = skipped
        self._path: list[str] = []
        self._parts: deque[Part] = deque()
        self._text: list[str] = []
        self._silent = 0
        self.namespace = ""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._chars
        self._parser.CommentHandler = self._other

    def read(self, text: Iterator[str]) -> Iterator[None]:
        """Read on, and stop after each piece of text."""
        try:
            for piece in text:
                self._silent += len(piece)
                self._parser.Parse(piece, False)  # noqa: FBT003  # it takes no keyword
                if self._silent > LONGEST_PART:
                    raise ReportRefused("a part of the XML is too long", self._line)
                yield
            self._parser.Parse("", True)  # noqa: FBT003  # it takes no keyword
        except expat.ExpatError as error:
            raise ReportRefused(
                "the XML breaks off or is damaged: %(error)s",
                error.lineno + self._skipped,
                error=Cause(expat.ErrorString(error.code)),
            ) from error
        yield

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self._skipped

    def _refuse(self, *_: object) -> None:
        raise ReportRefused("the XML declares a document type, which no statement does", self._line)

    def _other(self, *_: object) -> None:
        self._silent = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._silent = 0
        namespace, _, local = name.rpartition(" ")
        self.namespace = self.namespace or namespace
        self._path.append(local if namespace == self.namespace else f"?{local}")
        if len(self._path) > DEEPEST:
            raise ReportRefused("the XML is nested too deeply", self._line)
        self._text.clear()
        path = "/".join(self._path)
        if path in self._scopes:
            self._parts.append(Part(path, self._line))
            self._begun(self._parts[-1])
        elif "Ccy" in attributes:
            self._keep("@Ccy", attributes["Ccy"])

    def _chars(self, text: str) -> None:
        self._silent = 0
        if sum(map(len, self._text)) < LONGEST_VALUE:
            self._text.append(text)

    def _end(self, _: str) -> None:
        self._silent = 0
        if self._parts and self._parts[-1].path == "/".join(self._path):
            self._ended(self._parts.pop())
        else:
            self._keep("", "".join(self._text).strip())
        self._text.clear()
        self._path.pop()

    def _keep(self, suffix: str, value: str) -> None:
        if not self._parts or not value:
            return
        part = self._parts[-1]
        below = "/".join(self._path[part.path.count("/") + 1 :])
        if below not in self._scopes[part.path]:
            return
        before = part.said.setdefault(below + suffix, value[:LONGEST_VALUE])
        if below.endswith(CUT) and before is not value:
            part.said[below] = f"{before} {value}"[:LONGEST_VALUE]
