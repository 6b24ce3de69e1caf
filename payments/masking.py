"""A webhook's body with what may be personal taken out: only what is known to be harmless stays."""

from __future__ import annotations

import json
import re
from typing import Final
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from django.utils.translation import gettext as _

HIDDEN: Final = "•••"
TOKEN: Final = re.compile(r"[\w.:+\-]{1,80}", re.ASCII)
"""What a harmless value looks like: an id, a code, a number, a moment; no sentence, no e-mail."""

_NAMES = (
    "id eventid object type kind event eventtype resourcetype status state mode livemode code "
    "declinecode tradestatus tradestate returncode resultcode currency currencycode amount "
    "authorized captured released refunded totalamount totalfee created createdat createtime "
    "updated updatedat updatetime timestamp occurredat capturebefore merchantid reference "
    "outtradeno tradeno transactionid outrefundno refundid apiversion version"
)
HARMLESS: Final = frozenset(_NAMES.split())
"""Names of fields, without case and punctuation, whose values tell nothing of a person."""


def masked(body: bytes) -> str:
    """The body as text, every value of an unknown field hidden; whole where it cannot be read.

    JSON, XML and forms are read; the names of fields stay, so that its shape can be followed.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _unreadable()
    for read in (_json, _xml, _form):
        try:
            return read(text)
        except (ValueError, RecursionError, ElementTree.ParseError):
            continue
    return _unreadable()


def _unreadable() -> str:
    return _("hidden: it is neither JSON nor XML nor a form")


def _shown(name: str, value: str) -> str:
    harmless = re.sub(r"[\W_]", "", name).lower() in HARMLESS
    return value if harmless and TOKEN.fullmatch(value) else HIDDEN


def _json(text: str) -> str:
    told = json.loads(text)
    return json.dumps(_without_values("", told), indent=2, ensure_ascii=False)


def _without_values(name: str, told: object) -> object:
    if isinstance(told, dict):
        return {_key(key): _without_values(key, value) for key, value in told.items()}
    if isinstance(told, list):
        return [_without_values(name, value) for value in told]
    if told is None or isinstance(told, bool):
        return told
    shown = _shown(name, str(told))
    return told if shown == str(told) else shown


def _key(name: str) -> str:
    """A name of a field; what is none, such as an address used as a key, is hidden too."""
    return name if TOKEN.fullmatch(name) and not name.isdigit() else HIDDEN


def _form(text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=1000)
    return "\n".join(f"{_key(name)}={_shown(name, value)}" for name, value in pairs)


def _xml(text: str) -> str:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("what declares entities is not read")
    root = ElementTree.fromstring(text)  # noqa: S314  # nothing is declared, so nothing expands
    for element in root.iter():
        element.text = _text(element.tag, element.text)
        element.tail = _text("", element.tail)
        for name, value in element.attrib.items():
            element.set(name, _shown(name, value))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode")


def _text(name: str, value: str | None) -> str | None:
    return _shown(name, value.strip()) if value and value.strip() else value
