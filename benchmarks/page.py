"""A fetched page as a shopper sees it: its forms and its text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urljoin

Pairs = Sequence[tuple[str, str]]
_UNSENT = frozenset({"submit", "button", "reset", "image", "file"})
_UNSEEN = frozenset({"script", "style", "title", "option"})


class PageError(Exception):
    """A page is not what a shopper needs; the message says what it was instead."""


@dataclass(slots=True)
class Form:
    """A form with the values it would send if nothing were typed."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Every field, also those that are empty or not chosen."""

    def filled(self, values: Pairs) -> list[tuple[str, str]]:
        """Give what is sent once `values` are typed; raises PageError on a name the form lacks."""
        typed = {name for name, _ in values}
        if missing := sorted(typed - self.names):
            raise PageError(f"the form at {self.action} has no field {', '.join(missing)}")
        return [pair for pair in self.fields if pair[0] not in typed] + list(values)


class Page:
    """What came back for one request, after all redirects."""

    def __init__(self, url: str, status: int, html: str) -> None:
        self.url = url
        self.status = status
        self.html = html

    @cached_property
    def _read(self) -> "_Reader":
        reader = _Reader()
        reader.feed(self.html)
        reader.close()
        return reader

    @property
    def text(self) -> str:
        """All visible words, in order, with single spaces."""
        return " ".join(" ".join(self._read.words).split())

    @property
    def links(self) -> list[str]:
        return [urljoin(self.url, link) for link in self._read.links]

    def form(self, *, having: str, at: str = "") -> Form:
        """Find the first form with a field of that name, sent to an address that holds `at`."""
        for form in self._read.forms:
            if having in form.names and at in urljoin(self.url, form.action):
                return form
        raise PageError(
            f"{self.url} (status {self.status}) has no form with {having!r}; it says: "
            f"{self.text[:300]}"
        )


class _Reader(HTMLParser):
    """Collects forms with their defaults, links, and the words between the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._unseen = ""
        self._inside: Form | None = None
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen = tag
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self._inside = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._inside)
        elif self._inside:
            self._field(self._inside, tag, given)

    def handle_endtag(self, tag: str) -> None:
        self._unseen = "" if tag == self._unseen else self._unseen
        if tag == "form":
            self._inside = None
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)
        if self._textarea and self._inside:
            self._inside.fields[-1] = (self._textarea, data)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if name and tag in {"input", "select", "textarea", "button"}:
            form.names.add(name)
        if tag == "input" and name:
            _input(form, given)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            _option(form, self._select, given)
        elif tag == "textarea":
            self._textarea = name
            form.fields.append((name, ""))


def _input(form: Form, given: dict[str, str]) -> None:
    kind = given.get("type", "text")
    if kind in _UNSENT or (kind in {"radio", "checkbox"} and "checked" not in given):
        return
    form.fields.append((given["name"], given.get("value", "on" if kind == "checkbox" else "")))


def _option(form: Form, select: str, given: dict[str, str]) -> None:
    """The first option counts until another is marked as selected."""
    first = not form.fields or form.fields[-1][0] != select
    if first:
        form.fields.append((select, given.get("value", "")))
    elif "selected" in given:
        form.fields[-1] = (select, given.get("value", ""))
