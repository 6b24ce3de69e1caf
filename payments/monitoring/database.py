"""Whether the database can be reached."""

from __future__ import annotations

import logging
from typing import Final

from django.db import DatabaseError, connection

from payments.monitoring.probe import Probe

logger = logging.getLogger("till.health")


def ask() -> bool:
    """On a connection of its own, since the question has a thread of its own."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", type(error).__name__)
        return False
    finally:
        connection.close()
    return True


DATABASE: Final = Probe(ask)
