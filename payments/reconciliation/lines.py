"""The lines of reports that discrepancies are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from payments.models import Discrepancy, SettlementLine

Place = tuple[int | None, int | None]
"""A file and the number of a line in it."""


def lines_of(some: Sequence[Discrepancy]) -> dict[Place, SettlementLine]:
    """Those that could be read, in one statement, whether or not their file counts."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for each in some:
        if each.file_id is not None and each.line_no is not None:
            numbers[each.file_id].append(each.line_no)
    if not numbers:
        return {}
    # Asked for as pairs, they are looked for in all lines there are.
    places = Q()
    for file, inside in numbers.items():
        places |= Q(file=file, line_no__in=inside)
    return {(line.file_id, line.line_no): line for line in SettlementLine.objects.filter(places)}
