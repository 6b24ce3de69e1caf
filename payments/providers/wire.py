"""What every adapter does with an answer that does not come: say what its absence proves."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from payments.providers.errors import ProviderDown


def answered(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer to `ask`; raises ProviderDown, `sent` where it may have arrived all the same."""
    try:
        return ask()
    except httpx.ConnectError as error:
        raise ProviderDown("no connection", sent=False) from error
    except httpx.ConnectTimeout as error:
        raise ProviderDown("no connection in time", sent=False) from error
    except httpx.RequestError as error:  # an answer that cannot be unpacked is one too
        raise ProviderDown(type(error).__name__, sent=True) from error
