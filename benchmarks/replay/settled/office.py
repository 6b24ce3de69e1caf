"""The bank's office for reports, over HTTP: docs/sandbox.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import httpx

from benchmarks.replay.settled.outcome import SettlingError

SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What the bank says it made wrong: of which line, and where that stands in its report."""

    kind: str
    id: str
    line: int | None


class Office:
    """What one merchant may ask for; raises SettlingError where the bank refuses."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=SECONDS,
            trust_env=False,
        )

    def settlement(self, day: date) -> bytes:
        return self._get("settlement", day).content

    def statement(self, day: date) -> bytes:
        return self._get("statement", day).content

    def faults(self, day: date) -> list[Fault]:
        return [Fault(**each) for each in self._get("faults", day).json()["data"]]

    def want(self, faults: dict[str, Any] | None) -> None:
        """Have reports made with faults, or None: as they should be."""
        self._send("PATCH", "/v1/merchants/me", json={"report_faults": faults})

    def close(self) -> None:
        self._http.close()

    def _get(self, what: str, day: date) -> httpx.Response:
        return self._send("GET", f"/v1/reports/{what}", params={"day": day.isoformat()})

    def _send(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **given).raise_for_status()
        except httpx.HTTPError as error:
            raise SettlingError(f"the bank, asked for {path}: {error}") from error
