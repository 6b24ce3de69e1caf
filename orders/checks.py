"""Settings of orders that cannot work stop the start and say what to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from orders.conf import order_settings


@register()
def check_orders(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.USE_TZ:
        found.append(Error("Till keeps time in UTC.", hint="Set USE_TZ = True.", id="orders.E001"))
    try:
        conf = order_settings()
    except ImproperlyConfigured as error:
        return [*found, Error(str(error), hint="Mend the dict ORDERS.", id="orders.E002")]
    for name, path in (("stock", conf.stock), ("order_url", conf.order_url)):
        try:
            import_string(path) if path else None
        except ImportError as error:
            hint = f'Give ORDERS["{name}"] the dotted path of something that can be imported.'
            found.append(Error(str(error), hint=hint, id="orders.E003"))
    return found
