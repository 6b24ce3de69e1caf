"""The catalogues are complete, current, compiled, and keep to one style."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from config.messages import HOMES, KEYWORDS, LOCALES, catalogue, compiled, gather, sources

BOTH = [(app, locale) for app in HOMES for locale in LOCALES]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?\w+")
HALF_WIDTH = re.compile(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]|[一-鿿]\.(?!\w)")

each_catalogue = pytest.mark.parametrize(("app", "locale"), BOTH)


def saved(app: str, locale: str) -> Catalog:
    return read_po(BytesIO(catalogue(app, locale).read_bytes()), locale=locale)


def entries(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def texts_of(given: object) -> tuple[str, ...]:
    """One string or its plural forms; a missing one is empty."""
    return tuple(str(each or "") for each in (given if isinstance(given, tuple) else (given,)))


def originals(message: Message) -> tuple[str, ...]:
    return texts_of(message.id)


def translations(message: Message) -> tuple[str, ...]:
    return texts_of(message.string)


def keys(catalog: Catalog) -> set[tuple[str, ...]]:
    return {(message.context or "", *originals(message)) for message in entries(catalog)}


@each_catalogue
def test_the_catalogue_holds_the_strings_of_today(app: str, locale: str) -> None:
    assert keys(saved(app, locale)) == keys(gather(app)), "run make messages"


@each_catalogue
def test_every_string_is_translated(app: str, locale: str) -> None:
    silent = [m.id for m in entries(saved(app, locale)) if not all(translations(m)) or m.fuzzy]
    assert not silent


@each_catalogue
def test_a_translation_names_what_its_original_names(app: str, locale: str) -> None:
    changed = [
        message.id
        for message in entries(saved(app, locale))
        for text in translations(message)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(originals(message)[-1]))
    ]
    assert not changed


def messages_in(binary: GNUTranslations) -> dict[object, str]:
    """All but the header, which names the version of the library that wrote it."""
    return {key: text for key, text in vars(binary)["_catalog"].items() if key}


@each_catalogue
def test_what_is_compiled_is_what_is_written(app: str, locale: str) -> None:
    compiled_now = GNUTranslations(BytesIO(compiled(saved(app, locale))))
    shipped = GNUTranslations(BytesIO(catalogue(app, locale).with_suffix(".mo").read_bytes()))
    assert messages_in(shipped) == messages_in(compiled_now), "run make messages"


@each_catalogue
def test_chinese_stands_with_full_width_punctuation(app: str, locale: str) -> None:
    texts = [text for m in entries(saved(app, locale)) for text in translations(m)]
    assert not [text for text in texts if HALF_WIDTH.search(text)]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_string_of_two_apps_has_one_translation(locale: str) -> None:
    """Django lays the catalogues over one another: the first app would speak for all."""
    found = defaultdict(set)
    for app in HOMES:
        for message in entries(saved(app, locale)):
            found[message.context, originals(message)[0]].add(translations(message))
    assert not {key: texts for key, texts in found.items() if len(texts) > 1}


def calls_in_f_strings(path: Path) -> Iterator[str]:
    for text in ast.walk(ast.parse(path.read_text("utf-8"))):
        for part in ast.walk(text) if isinstance(text, ast.JoinedStr) else ():
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
                yield part.func.id


@pytest.mark.parametrize("app", HOMES)
def test_no_string_is_marked_where_it_is_not_gathered(app: str) -> None:
    """Inside an f-string a call is text to who gathers: it would stay English."""
    hidden = [
        path.name
        for path in sources(app)
        if path.suffix == ".py" and not {*KEYWORDS, "_"}.isdisjoint(calls_in_f_strings(path))
    ]
    assert not hidden


CAUSES = {"because", "ReportRefused", "Unreadable"}


def causes_without_words(path: Path) -> Iterator[str]:
    """Calls whose words are no literal; inside the errors themselves these are called `words`."""
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in CAUSES:
            words = call.args[0]
            literal = isinstance(words, ast.Constant) or ast.unparse(words) == "words"
            yield from () if literal else (f"{path.name}:{call.lineno}",)


def test_why_something_is_refused_is_said_in_words_that_are_gathered() -> None:
    modules = [path for path in sources("payments") if path.suffix == ".py"]
    assert not [place for path in modules for place in causes_without_words(path)]
