"""`make messages`: gathers the strings of each app into its catalogues, and compiles them."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.environment import BASE_DIR

LOCALES = ("zh_Hans",)
# A site that installs an app finds the catalogue inside it, so its templates belong there too.
HOMES = {
    "orders": ("orders", "templates/orders"),
    "payments": ("payments", "templates/payments"),
    "payments/sandbox": ("payments/sandbox",),
    "shop": ("shop", "templates/shop"),
    "demo": ("demo", "config"),
}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    # Why a file or a line cannot be read: stored as it stands there, translated where it is shown.
    "because": None,
    "ReportRefused": None,
    "Unreadable": None,
}


def main() -> None:
    for app in HOMES:
        template = gather(app)
        for locale in LOCALES:
            path = catalogue(app, locale)
            path.parent.mkdir(parents=True, exist_ok=True)
            merged = merge(path, template, locale)
            path.write_bytes(written(merged))
            path.with_suffix(".mo").write_bytes(compiled(merged))


def catalogue(app: str, locale: str) -> Path:
    return BASE_DIR / app / "locale" / locale / "LC_MESSAGES" / "django.po"


def gather(app: str) -> Catalog:
    """Every string that the code and the templates of an app mark for translation."""
    found = Catalog()
    for path in sources(app):
        name = path.relative_to(BASE_DIR).as_posix()
        for _, message, comments, context in extract(
            "python", BytesIO(as_python(path)), KEYWORDS, ["Translators:"]
        ):
            found.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def sources(app: str) -> Iterator[Path]:
    """Files of an app in a fixed order, without what has a catalogue of its own."""
    others = [BASE_DIR / other for other in HOMES if other.startswith(f"{app}/")]
    for folder in HOMES[app]:
        for path in sorted((BASE_DIR / folder).rglob("*")):
            mine = not any(path.is_relative_to(other) for other in others)
            if mine and path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def as_python(path: Path) -> bytes:
    """The calls of gettext in a file; those of a template as Django's own extraction sees them."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    return text.encode()


def merge(path: Path, template: Catalog, locale: str) -> Catalog:
    """What was translated before, with the strings of today and nothing else."""
    known = path.read_bytes() if path.exists() else b""
    merged = read_po(BytesIO(known), locale=locale)
    merged.update(template, no_fuzzy_matching=True, update_creation_date=False)
    merged.obsolete.clear()
    return merged


def written(messages: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, messages, include_lineno=False, width=100, omit_header=False)
    return out.getvalue()


def compiled(messages: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, messages)
    return out.getvalue()


if __name__ == "__main__":
    main()
