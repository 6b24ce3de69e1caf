"""How a call to a provider can fail, and what each failure proves. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from payments.providers.base import Failure


class ProviderError(Exception):
    """The call gave no usable answer; `sent` is False only where nothing can have reached them."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class ProviderDown(ProviderError):
    """No answer, or a 5xx. We try again, or ask."""


class BadAnswer(ProviderDown):
    """They answered, but not as they write that they do: nothing is decided on it."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"malformed answer: {problem}", sent=True)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class KeyRefusal:
    """Their own word on a key; `code` is theirs, "" where the key is none of theirs.

    `restricted`: they know it, and it may not do this; `lacks` is the permission, where it is told.
    """

    code: str = ""
    restricted: bool = False
    lacks: str = ""


class NotReady(ProviderDown):
    """They are making what was asked for: whoever asks for the same later gets it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=True)


class NotAuthorized(ProviderDown):
    """They do not know our keys, or we ask too often: nothing was done. The installer acts.

    `refusal` is None where they say nothing of the key.
    """

    def __init__(self, message: str, refusal: KeyRefusal | None = None) -> None:
        super().__init__(message, sent=False)
        self.refusal = refusal


class OtherMode(NotAuthorized):
    """The key is of the other mode: they are not even asked. The installer acts."""


def is_of_the_key(error: Exception) -> bool:
    """Whether another key is needed; where we only ask too often it is not."""
    refused = isinstance(error, NotAuthorized) and error.refusal is not None
    return refused or isinstance(error, OtherMode)


class ProviderRejected(ProviderError):
    """They refuse the request itself, so trying the same again is pointless."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.raw or failure.code, sent=True)
        self.failure = failure


class NotFound(ProviderError):
    """The provider does not know this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"unknown reference {reference}", sent=True)
