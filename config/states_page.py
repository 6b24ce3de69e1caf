"""What docs/states.md says: the tables that the code goes by, as text and as diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

from django.utils import translation

from orders.states import CANCELLATION_NEXT, NEXT, RETURN_NEXT
from payments import projections, states
from payments.models.records import ReviewKind
from payments.projections import Rule
from payments.providers.capabilities import Flow
from payments.reviews import BUTTONS, GUIDES, TO_DO_ABOUT, Guide
from payments.schedule import (
    AFTER_CLOSING,
    CLOSED_BY_US,
    JITTER,
    WAITS,
    WHILE_ACTING,
    WHILE_PROCESSING,
)

HEAD: Final = """# Where things stand

Written by `make diagrams` from the tables in `orders/states.py` and, of `payments/`, `states.py`,
`projections.py`, `schedule.py` and `reviews.py`; a test compares. Change a table, not this page.
"""
UNITS: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
Name = TypeVar("Name", bound=str)


def page() -> str:
    """The whole page, in English."""
    with translation.override("en"):
        return "\n".join([HEAD, *_states(), *_waits(), *_reviews()])


def _states() -> Iterator[str]:
    yield "## Orders\n"
    yield diagram(NEXT)
    yield "## Returns\n"
    yield diagram(RETURN_NEXT)
    yield "## Wishes to cancel\n"
    yield diagram(CANCELLATION_NEXT)
    yield "## Payments\n"
    yield "A projection of its attempts: the first line that holds.\n"
    yield rules(projections.PAYMENT_RULES)
    yield "## Attempts\n"
    yield "Money decides first:\n"
    yield rules(projections.ATTEMPT_RULES)
    yield "Without any, the newest observation does, along these moves. A webhook, which may be an"
    yield "old one, takes nothing from processing back to waiting.\n"
    groups = {"waiting": states.WAITING, "ended": states.ENDED}
    silent = {
        status: moves
        for status, moves in states.ATTEMPT_NEXT.items()
        if status not in {states.AttemptStatus.AUTHORIZED, states.AttemptStatus.CAPTURED}
    }
    yield diagram(grouped(silent, groups), named(groups))
    yield "## Captures, refunds and voids\n"
    yield diagram(states.OPERATION_NEXT)
    yield "## Disputes\n"
    yield "An inquiry holds no money; an open or lost dispute does.\n"
    yield diagram(states.DISPUTE_NEXT)
    yield "## Webhook events\n"
    yield diagram(states.INBOX_NEXT)


def _waits() -> Iterator[str]:
    yield "## When a provider is asked again\n"
    yield f"Each wait is up to {JITTER:.0%} shorter or longer.\n"
    closing = f"we close it, asking daily for {AFTER_CLOSING} days; then a person"
    yield table(
        ("waits", "after creation or the last change", "in the end"),
        (
            (case, written(waits), closing if case in CLOSED_BY_US else "a person")
            for case, waits in WAITS.items()
        ),
    )
    yield "An attempt that gives no answer follows `unknown`, whatever its flow; others:\n"
    yield table(
        ("flow", "while the shopper may act", "once the bank is at it"),
        ((flow, WHILE_ACTING[flow], WHILE_PROCESSING[flow]) for flow in Flow),
    )


def _reviews() -> Iterator[str]:
    yield "## Reviews, and the buttons that end them\n"
    yield "A button stands there where it has something to do, for those who may press it.\n"
    yield table(
        ("review", "means", "what to do", "buttons"),
        (
            (name, guide.means, guide.todo, ", ".join(str(act.label) for act in guide.acts))
            for name, guide in named_guides()
        ),
    )
    yield table(
        ("button", "what happens to the money", "permission"),
        ((act.label, each.effect, f"`{each.permission}`") for act, each in BUTTONS.items()),
    )


def named_guides() -> Iterator[tuple[str, Guide]]:
    """Of each kind of review, and after it of what was seen that asks for something else."""
    for kind, guide in GUIDES.items():
        yield str(kind.label), guide
        if kind == ReviewKind.MISMATCH:
            yield from TO_DO_ABOUT.items()


def diagram(moves: Mapping[Name, Iterable[str]], names: Mapping[str, str] | None = None) -> str:
    """A Mermaid state diagram: what nothing leads to begins too, what leads nowhere has ended."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{words}" as {name}' for name, words in (names or {}).items()]
    first, *others = moves
    begins = [first, *(name for name in others if name not in set().union(*moves.values()))]
    lines += [f"    [*] --> {name}" for name in begins]
    for before, nexts in moves.items():
        lines += [f"    {before} --> {after}" for after in in_order(nexts, moves)]
        lines += [] if set(nexts) - {before} else [f"    {before} --> [*]"]
    return "\n".join([*lines, "```", ""])


def in_order(nexts: Iterable[str], moves: Mapping[Name, object]) -> list[str]:
    """As the table names them, since a set has no order."""
    return [name for name in moves if name in set(nexts)]


def grouped(
    moves: Mapping[Name, Iterable[str]], groups: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """The same moves with each group drawn as one state."""
    of = {member: name for name, members in groups.items() for member in members}
    drawn: dict[str, set[str]] = {}
    for before, nexts in moves.items():
        drawn.setdefault(of.get(before, before), set()).update(of.get(n, n) for n in nexts)
    return drawn


def named(groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {name: f"{name}: {', '.join(sorted(members))}" for name, members in groups.items()}


def rules(lines: Iterable[Rule[Any]]) -> str:
    return table(("status", "where"), ((f"`{rule.status}`", rule.says) for rule in lines))


def table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    cells = [head, ("---",) * len(head), *rows]
    return "\n".join([*(f"| {' | '.join(map(str, row))} |" for row in cells), ""])


def written(waits: Iterable[timedelta]) -> str:
    """Such as 30 s, 1 min, 1 d x 14: equal waits in a row are counted."""
    told: list[tuple[str, int]] = []
    for wait in waits:
        seconds = int(wait.total_seconds())
        size, unit = next((s, u) for s, u in UNITS if seconds % s == 0)
        text = f"{seconds // size} {unit}"
        count = told.pop()[1] if told and told[-1][0] == text else 0
        told.append((text, count + 1))
    return ", ".join(text if count == 1 else f"{text} x {count}" for text, count in told)
