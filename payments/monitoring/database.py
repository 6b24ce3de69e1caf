"""Whether the database can be reached, and says that lists of events are read."""

from __future__ import annotations

import logging
from typing import Final

from django.db import DatabaseError, connection

from payments.monitoring.probe import Probe
from payments.queries import failing_feeds

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


def are_read() -> bool:
    """On a connection of its own too; False also where the database does not answer."""
    try:
        return not failing_feeds().exists()
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", type(error).__name__)
        return False
    finally:
        connection.close()


FEEDS: Final = Probe(are_read)
DATABASE: Final = Probe(ask)
