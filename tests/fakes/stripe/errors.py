"""How Stripe says no: a status of HTTP and an error object."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

DOCS: Final = "https://stripe.com/docs/error-codes/"


class Refused(Exception):
    """An answer of the 400s or 500s. `error`: fields beside the message."""

    def __init__(
        self, status: int, message: str, *, error: Json | None = None, headers: Json | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: Json = {"message": message, "type": "invalid_request_error", **(error or {})}
        self.headers: dict[str, str] = headers or {}
        if "code" in self.error:
            self.error["doc_url"] = DOCS + self.error["code"].replace("_", "-")

    @property
    def is_validation(self) -> bool:
        """Whether it is about a parameter: then nothing was executed, and no key keeps it."""
        return self.status in {400, 404} and "param" in self.error


def invalid(message: str, *, code: str = "", param: str = "") -> Refused:
    """A request that Stripe understood and does not do, or did not understand: 400."""
    named = {"code": code, "param": param}
    return Refused(400, message, error={name: value for name, value in named.items() if value})


def missing(param: str) -> Refused:
    return invalid(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> Refused:
    return invalid(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def not_found(kind: str, wanted: str, *, param: str, hint: str = "") -> Refused:
    """404; `hint` says that the other mode has it."""
    message = f"No such {kind}: '{wanted}'{hint}"
    return Refused(404, message, error={"code": "resource_missing", "param": param})


def card_error(told: Json) -> Refused:
    """402: the issuer, or the shopper before the issuer, said no. `told`: Stripe's error fields."""
    return Refused(402, told["message"], error=told)
