"""Money looks at one clock: no other may be read where it is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("orders", "payments", "shop")
OTHER_CLOCKS = {
    *(f"datetime.{name}" for name in ("now", "utcnow", "today")),
    *("date.today", "timezone.now"),
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
    *("Now", "functions.Now", "TransactionNow", "functions.TransactionNow"),
}
IN_SQL = ("now()", "current_timestamp", "clock_timestamp", "datetime('now")
COLUMNS = {"auto_now", "auto_now_add"}
UNASKED = ("localtime", "localdate")
"""Functions of Django that convert a moment, and take the present one where none is given."""
STOPWATCHES = {"time.monotonic", "time.perf_counter", "time.monotonic_ns", "time.perf_counter_ns"}

ALLOWED = {
    "orders/clock.py": "the one clock itself",
    "payments/sandbox": "the bank is a stranger with a clock of its own",
}
MEASURES = {
    "orders/wake.py": "how long this process leaves a broken broker alone",
    "payments/monitoring/probe.py": "how long a question hangs",
    "payments/registry.py": "how long this process keeps accounts",
    "payments/providers/deadline.py": "how long a call may last",
    "payments/services/calls.py": "how long a call took",
    "payments/services/refusals.py": "how long this process keeps a count to itself",
}
"""Where a stopwatch runs: a length within one process, never a moment."""


def sources() -> dict[str, str]:
    paths = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}


def other_clocks(source: str) -> list[str]:
    """Every clock but ours that a module names, by import, by call or in a column or in SQL."""
    found = []
    for node in ast.walk(ast.parse(source)):
        found += _names(node, OTHER_CLOCKS)
        if isinstance(node, ast.Call) and not node.args:
            found += [name for name in UNASKED if ast.unparse(node.func).endswith(name)]
        if isinstance(node, ast.keyword) and node.arg in COLUMNS:
            found.append(node.arg)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [word for word in IN_SQL if word in node.value.lower()]
    return found


def stopwatches(source: str) -> list[str]:
    return [name for node in ast.walk(ast.parse(source)) for name in _names(node, STOPWATCHES)]


def _names(node: ast.AST, wanted: set[str]) -> list[str]:
    """The wanted names in an attribute, a bare name, or an import that takes one out."""
    if isinstance(node, ast.Attribute):
        whole = ast.unparse(node)
        return [name for name in wanted if whole == name or whole.endswith(f".{name}")]
    if isinstance(node, ast.Name):
        return [name for name in wanted if node.id == name]
    if isinstance(node, ast.ImportFrom):
        module = str(node.module).rpartition(".")[2]
        taken = [f"{module}.{alias.name}" for alias in node.names]
        return [name for name in taken if name in wanted]
    return []


def test_no_other_clock_is_read() -> None:
    guilty = {
        where: found
        for where, source in sources().items()
        if not where.startswith(tuple(ALLOWED)) and (found := other_clocks(source))
    }
    assert guilty == {}


def test_a_stopwatch_runs_only_where_a_reason_is_given() -> None:
    running = {
        where
        for where, source in sources().items()
        if not where.startswith("payments/sandbox") and stopwatches(source)
    }
    assert running == set(MEASURES)


@pytest.mark.parametrize("allowed", ALLOWED)
def test_what_is_allowed_is_still_needed(allowed: str) -> None:
    assert any(other_clocks(text) for name, text in sources().items() if name.startswith(allowed))


@pytest.mark.parametrize(
    "source",
    [
        "from django.utils import timezone\nat = timezone.now()",
        "from django.utils import timezone\nclass M:\n    at = Field(default=timezone.now)",
        "from django.utils.timezone import now",
        "import django.utils.timezone\ndjango.utils.timezone.now()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\ndatetime.now(UTC)",
        "from datetime import date\ndate.today()",
        "from django.utils import timezone\ntimezone.localtime()",
        "import time\ntime.time()",
        "from time import time",
        "from django.db.models.functions import Now\nField(db_default=Now())",
        "from django.db.models import functions\nfunctions.Now()",
        "Field(auto_now_add=True)",
        "cursor.execute('UPDATE t SET at = NOW()')",
    ],
)
def test_each_way_to_read_another_clock_is_seen(source: str) -> None:
    assert other_clocks(source)


@pytest.mark.parametrize(
    "source",
    [
        "from orders.clock import now\nat = now()",
        "from datetime import datetime\ndatetime.fromisoformat(text)",
        "from orders import clock\nclock.now()",
        "from django.utils import timezone\ntimezone.localtime(moment)",
    ],
)
def test_our_clock_is_not_refused(source: str) -> None:
    assert other_clocks(source) == []
