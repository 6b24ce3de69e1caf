"""Files from Stripe's own host for them, which alone gets the key beside its API."""

from __future__ import annotations

from functools import partial
from typing import IO
from urllib.parse import quote

import httpx

from payments.providers.base import Account
from payments.providers.deadline import REPORTS, Limits, http_client, receive
from payments.providers.errors import NotAuthorized, ProviderDown
from payments.providers.stripe.http import FILES, NOT_NOW, VERSION
from payments.providers.wire import answered


class Files:
    """What one key may read."""

    def __init__(self, account: Account, *, timeout: float) -> None:
        self._http = http_client(account.base_url or FILES, timeout)
        self._headers = {
            "Authorization": f"Bearer {account.secrets['secret_key']}",
            "Stripe-Version": VERSION,
        }

    def copy(self, name: str, size: int, *, into: IO[bytes], limits: Limits = REPORTS) -> None:
        """Write the whole of a file of that size, or raise ProviderDown."""
        path, before = f"/v1/files/{quote(name, safe='')}/contents", into.tell()
        request = self._http.build_request("GET", path, headers=self._headers)
        answer = answered(partial(receive, self._http, request, into=into, limits=limits))
        if answer.status_code in NOT_NOW:
            raise NotAuthorized(f"file: answered {answer.status_code}")
        if answer.status_code != httpx.codes.OK:
            raise ProviderDown(f"file: answered {answer.status_code}", sent=True)
        if (came := into.tell() - before) != size:
            raise ProviderDown(f"file: {came} bytes came of {size}", sent=True)
