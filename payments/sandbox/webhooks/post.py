"""One try to hand an event to a merchant."""

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.utils import timezone

from payments.sandbox.webhooks.signature import HEADER, signature

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a try; `said` is a short line for developers."""

    acknowledged: bool
    said: str


def post(*, url: str, secret: str, body: bytes) -> Result:
    """Send a signed body and read the status line; the rest of the answer is of no interest."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    connection = (HTTPSConnection if secure else HTTPConnection)(
        parts.hostname or "", parts.port, timeout=SECONDS
    )
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    headers = {
        "Content-Type": "application/json",
        "Connection": "close",
        HEADER: signature(secret=secret, body=body, at=int(timezone.now().timestamp())),
    }
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return Result(acknowledged=False, said=f"{type(error).__name__}: {error}"[:200])
    finally:
        connection.close()
    return Result(acknowledged=200 <= status < 300, said=f"HTTP {status}")  # noqa: PLR2004  # any 2xx
