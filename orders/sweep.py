"""Working off what is due, row by row."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import models

from orders.errors import Unforeseen

logger = logging.getLogger("till.sweep")
Row = TypeVar("Row", bound=models.Model)


def each(rows: Iterable[Row], act: Callable[[Row], None]) -> None:
    """Act on every row; one that raises keeps none of the others back.

    Each error is in the log, and the first goes on once all were tried.
    """
    broken: list[Unforeseen] = []
    for row in rows:
        try:
            act(row)
        except Exception as error:  # whatever it is, the others are tried; the first is raised
            broken.append(Unforeseen.of(error))
            name = row._meta.object_name  # noqa: SLF001  # Django's documented _meta
            logger.exception("%s %s is left for later", name, row.pk, exc_info=broken[-1])
    if broken:
        raise broken[0]
