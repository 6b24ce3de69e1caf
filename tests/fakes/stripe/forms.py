"""Forms in Stripe's bracket notation: `a[b][0][c]=x` is a tree of dicts with texts as leaves."""

from __future__ import annotations

import re
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from tests.fakes.stripe.errors import invalid

Raw: TypeAlias = "str | dict[str, Raw]"

NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART: Final = re.compile(r"\[([^\[\]]*)\]")


def parse(form: str) -> dict[str, Raw]:
    """Read a query or a form body; raises Refused where a name is no path or two names clash."""
    tree: dict[str, Raw] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        found = NAME.fullmatch(name)
        if not found:
            raise invalid(f"Invalid parameter name: {name}", param=name)
        _put(tree, [found[1], *PART.findall(found[2])], value)
    return tree


def _put(tree: dict[str, Raw], path: list[str], value: str) -> None:
    """Lists are dicts by position, so that only who knows the type decides what a "0" is."""
    for part in path[:-1]:
        below = tree.setdefault(part or str(len(tree)), {})
        if isinstance(below, str):
            raise invalid("Invalid hash", param=path[0])
        tree = below
    last = path[-1] or str(len(tree))
    if last in tree:
        raise invalid(f"Received {path[0]} twice", param=path[0])
    tree[last] = value
