"""Strict reading of what a merchant sent: every field is asked for by name, the rest refused."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from payments.sandbox.currencies import EXPONENT
from payments.sandbox.errors import Refused, bad_request

LARGEST_AMOUNT = 999_999_999_999
URL_LENGTH = 2000
REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
NUMBER = re.compile(r"[0-9]{1,9}")
PRINTABLE_ASCII = re.compile(r"[\x21-\x7e]+")
# Control characters, and halves of surrogate pairs: JSON may carry them, no database keeps them.
UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def read_object(raw: bytes) -> dict[str, object]:
    """Read the JSON object of a request body; an empty body is an empty object."""
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise bad_request("invalid_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(value, dict):
        raise bad_request("invalid_json", "The body must be one JSON object.")
    return value


class Fields:
    """The fields of one request, read one by one and then closed."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._left = dict(values)

    def text(self, name: str, *, longest: int, shortest: int = 0) -> str:
        value = self._take(name, required=shortest > 0)
        if not isinstance(value, str):
            raise invalid(name, "must be a string")
        if not shortest <= len(value) <= longest:
            raise invalid(name, f"must have {shortest} to {longest} characters")
        if UNSTORABLE.search(value):
            raise invalid(name, "must not contain control characters")
        return value

    def prose(self, name: str, *, longest: int) -> str:
        """Take a text of several lines, or nothing."""
        value = self._take(name, required=False)
        if not isinstance(value, str) or len(value) > longest:
            raise invalid(name, f"must be a string of at most {longest} characters")
        if UNSTORABLE.search(value.replace("\r\n", "").replace("\n", "")):
            raise invalid(name, "must not contain control characters")
        return value

    def reference(self, name: str = "reference") -> str:
        value = self._take(name, required=True)
        if not isinstance(value, str) or not REFERENCE.fullmatch(value):
            raise invalid(name, "must be 1 to 64 letters, digits, hyphens or underscores")
        return value

    def amount(self, name: str = "amount") -> int:
        value = self._take(name, required=True)
        if type(value) is not int or not 0 < value <= LARGEST_AMOUNT:
            raise invalid(name, f"must be an integer in minor units, 1 to {LARGEST_AMOUNT}")
        return value

    def currency(self, name: str = "currency") -> str:
        value = self._take(name, required=True)
        if not isinstance(value, str) or value not in EXPONENT:
            raise invalid(name, "must be an upper-case ISO 4217 code of a currency in use")
        return value

    def url(self, name: str) -> str:
        value = self._take(name, required=True)
        if not isinstance(value, str) or split_url(value) is None:
            raise invalid(name, "must be an absolute http or https URL in ASCII")
        return value

    def webhook_url(self, name: str = "webhook_url") -> str:
        """Take an https URL, plain http on a loopback address, or nothing."""
        value = self._take(name, required=True)
        if value == "":
            return ""
        parts = split_url(value) if isinstance(value, str) else None
        if parts is None or not (parts.scheme == "https" or is_loopback(parts.hostname or "")):
            raise invalid(name, "must be an https URL, or http to a loopback address")
        return str(value)

    def choice(self, name: str, choices: Collection[str], *, default: str) -> str:
        value = self._take(name, required=False) if name in self._left else default
        if not isinstance(value, str) or value not in choices:
            raise invalid(name, f"must be one of {', '.join(choices)}")
        return value

    def seconds(self, name: str, *, shortest: int, longest: int) -> timedelta | None:
        if name not in self._left:
            return None
        value = self._take(name, required=False)
        if type(value) is not int or not shortest <= value <= longest:
            raise invalid(name, f"must be whole seconds, {shortest} to {longest}")
        return timedelta(seconds=value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Take true or false; the default where nothing was sent."""
        value = self._take(name, required=False) if name in self._left else default
        if not isinstance(value, bool):
            raise invalid(name, "must be true or false")
        return value

    def count(self, name: str, *, most: int) -> int:
        """Take a number of a query string, 1 to `most`; the most where nothing was sent."""
        value = self._take(name, required=False) if name in self._left else str(most)
        if not isinstance(value, str) or not NUMBER.fullmatch(value) or not 0 < int(value) <= most:
            raise invalid(name, f"must be a number, 1 to {most}")
        return int(value)

    def whole(self, name: str, *, most: int) -> int:
        """Take a whole number, 0 to `most`."""
        value = self._take(name, required=True)
        if type(value) is not int or not 0 <= value <= most:
            raise invalid(name, f"must be a whole number, 0 to {most}")
        return value

    def share(self, name: str, *, most: float) -> float:
        """Take a part of 1, 0 to `most`."""
        value = self._take(name, required=True)
        if type(value) not in {int, float} or not 0 <= value <= most:  # type: ignore[operator]  # it is a number
            raise invalid(name, f"must be a number, 0 to {most}")
        return float(value)  # type: ignore[arg-type]  # it is a number

    def words(self, name: str, choices: Collection[str]) -> list[str]:
        """Take a list of some of the choices; all of them where nothing was sent."""
        value = self._take(name, required=False) if name in self._left else list(choices)
        if not isinstance(value, list) or not all(word in choices for word in value):
            raise invalid(name, f"must be a list of {', '.join(choices)}")
        return value

    def maybe_object(self, name: str) -> "Fields | None":
        """Take an object, whose fields are read like these, or null."""
        value = self._take(name, required=True)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise invalid(name, "must be an object or null")
        return Fields(value)

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def close(self) -> None:
        """Refuse whatever nobody asked for."""
        for name in self._left:
            shown = UNSTORABLE.sub("?", name)[:50]
            raise bad_request("unknown_parameter", f"There is no parameter {shown}.", shown)

    def _take(self, name: str, *, required: bool) -> object:
        if required and name not in self._left:
            raise bad_request("missing_parameter", f"The parameter {name} is missing.", name)
        return self._left.pop(name, "")


def invalid(name: str, rule: str) -> Refused:
    return bad_request("invalid_parameter", f"{name} {rule}.", name)


def split_url(value: str) -> SplitResult | None:
    """Split an absolute http(s) URL that a browser and a socket can use; else None."""
    if len(value) > URL_LENGTH or not PRINTABLE_ASCII.fullmatch(value):
        return None
    try:
        parts = urlsplit(value)
        usable = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable and parts.scheme in {"http", "https"} else None


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
