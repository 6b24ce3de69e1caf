"""How each database is spoken to; SQLite is set for money: no lock errors, no lost commit."""

from typing import Any

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=20000;",
}


def tuned(database: dict[str, Any]) -> dict[str, Any]:
    """The connection settings that django-environ read from a URL, and what ours adds."""
    tuned = {**database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if "sqlite" in database["ENGINE"]:
        return {**tuned, "OPTIONS": {**SQLITE_OPTIONS, **database.get("OPTIONS", {})}}
    return {**tuned, "OPTIONS": {"connect_timeout": 5, **database.get("OPTIONS", {})}}
