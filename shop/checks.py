"""Settings of the shop that cannot work stop the start and say what to do."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from shop.conf import configured_catalog


@register()
def check_shop(**_kwargs: Any) -> list[CheckMessage]:
    try:
        configured_catalog()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Mend the dict SHOP.", id="shop.E001")]
    except ImportError as error:
        hint = 'Give SHOP["catalog"] the dotted path of a class with a method find(skus).'
        return [Error(str(error), hint=hint, id="shop.E002")]
    return []
