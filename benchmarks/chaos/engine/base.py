"""The backend that the settings of a run name as ENGINE."""

from __future__ import annotations

import os
import socket

from django.db.backends.postgresql import base

from benchmarks.chaos.faults import Strike
from benchmarks.chaos.inside.doom import doom


class DatabaseWrapper(base.DatabaseWrapper):
    def _commit(self) -> None:
        doom.kill(Strike.KILL_BEFORE_COMMIT)
        if doom.strikes(Strike.CUT_BEFORE_COMMIT):
            self._cut()
        super()._commit()  # type: ignore[misc]  # not in the stubs
        doom.kill(Strike.KILL_AFTER_COMMIT)
        if doom.strikes(Strike.CUT_AFTER_COMMIT):
            self._cut()
            with self.cursor() as cursor:
                cursor.execute("select 1")  # the answer to the commit is lost: it looks failed

    def _cut(self) -> None:
        """Pull the plug: both ends find a dead line."""
        line = socket.socket(fileno=os.dup(self.connection.fileno()))
        line.shutdown(socket.SHUT_RDWR)
        line.close()
