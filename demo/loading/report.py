"""Says in words what a load did, and what it refused and why."""

from collections.abc import Iterable, Iterator

from demo.loading.gather import BROKEN_KEPT, Gathered
from demo.loading.shelve import Shelved

EXAMPLES = 10


def report(gathered: Gathered, shelved: Shelved) -> Iterator[str]:
    """Yield the lines of the summary."""
    yield f"{many(gathered.lines, 'line')} read, {many(len(gathered.products), 'product')} found."
    yield (
        f"Products: {shelved.created:,} created, {shelved.updated:,} updated, "
        f"{shelved.unchanged:,} unchanged."
    )
    if not gathered.products:
        yield "Nothing could be taken from these files, and nothing was written."
    elif not shelved.created and not shelved.updated:
        yield "Nothing has changed."
    yield from _refused(gathered)


def _refused(gathered: Gathered) -> Iterator[str]:
    others, codes = gathered.not_goods.total(), gathered.not_goods
    if others:
        most = (code for code, _ in codes.most_common(EXAMPLES))
        yield (
            f"Not goods (postage, fees, corrections): {many(others, 'line')} of "
            f"{many(len(codes), 'code')}, {_such_as(most, len(codes))}."
        )
    for what, refused in (
        ("never had a price", gathered.never_priced),
        ("never had a description", gathered.never_named),
    ):
        if refused:
            told = _such_as(refused[:EXAMPLES], len(refused))
            yield f"{many(len(refused), 'goods code')} {what} in these files, {told}."
    if gathered.broken:
        yield f"{many(gathered.broken, 'broken line')} left out:"
        yield from (f"  {line}" for line in gathered.broken_lines)
        if gathered.broken > BROKEN_KEPT:
            yield f"  … and {gathered.broken - BROKEN_KEPT:,} more."


def _such_as(examples: Iterable[str], count: int) -> str:
    return ("such as " if count > EXAMPLES else "") + ", ".join(examples)


def many(count: int, thing: str) -> str:
    """A number of things in words: "1 line", "2,000 lines"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
