"""What a shopper has to do before there is money. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the shopper's browser to this absolute URL, until it runs out."""

    url: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QrCode:
    """Show `content` as a QR code; a phone may open it as a link."""

    content: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """Show the provider's own fields on our page; its script opens them by this secret.

    It is of one payment and one browser; whoever has it can pay, and do nothing else.
    """

    client_secret: str
    expires_at: datetime | None = None


NextAction = Redirect | QrCode | Embedded | None
