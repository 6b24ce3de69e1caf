"""Makes this process a part of a running stack: its settings, its database, its queue."""

import os

import django

from config.stack import Stack

THROW_AWAY = dict.fromkeys(("DATABASE_URL", "BANK_DATABASE_URL", "REDIS_URL", "BROKER_URL"))
"""Whatever the caller's environment names, a throw-away shop stands on files of its own."""


def enter(stack: Stack) -> None:
    """Set up Django here as in the stack's processes; models can be imported afterwards."""
    for name in os.environ.keys() - stack.environment.keys():
        del os.environ[name]
    os.environ.update(stack.environment)
    django.setup()


def last_words(stack: Stack, lines: int = 15) -> str:
    """Join the ends of the logs of all processes, for a message about what went wrong."""
    logs = sorted(path for path in stack.logs.glob("*.log") if path.stat().st_size)
    return "\n".join(
        f"{path.stem} | {line}"
        for path in logs
        for line in path.read_text("utf-8", "replace").splitlines()[-lines:]
    )
