"""Finds products by the words of their name and SKU, on every database alike."""

import re
from typing import Any

from django.db import models
from django.db.models import Q

LONGEST_SEARCH = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def plain(text: str) -> str:
    """What a visitor typed, without what no name holds: one line, of a bearable length."""
    return " ".join(_CONTROL.sub(" ", text[: LONGEST_SEARCH * 2]).split())[:LONGEST_SEARCH].strip()


def matches(text: str) -> Q:
    """Products with every one of the words, in whatever case and order."""
    found = Q()
    for word in dict.fromkeys(text.casefold().split()):
        found &= Q(search__contains=word)
    return found


class SearchText(models.CharField):  # type: ignore[type-arg]  # Django's fields take none at run time
    """Name and SKU in one case, kept up to date with every save: databases fold letters unlike."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"max_length": 800, "editable": False, "default": "", **given})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002, FBT001  # the signature is Django's
        value: str = f"{model_instance.name} {model_instance.sku}".casefold()  # type: ignore[attr-defined]  # it is a product
        setattr(model_instance, self.attname, value)
        return value
