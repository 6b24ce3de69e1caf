"""A Celery broker in a folder: each message is a file that appears whole and is taken once."""

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import OperationalError
from kombu.transport import base, virtual
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)
# What reading a stranger's file as JSON, and that as a message, can raise.
NOT_A_MESSAGE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Channel(virtual.Channel):
    """Queues as folders; losing a message is allowed, ending the worker or a torn read is not."""

    from_transport_options = (*virtual.Channel.from_transport_options, "folder")
    folder: str

    def _folder(self, queue: str) -> Path:
        return Path(self.folder) / queue

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:
        folder = self._folder(queue)
        name = f"{time.time_ns()}-{uuid.uuid4().hex}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            half = folder / f"{name}.tmp"
            half.write_text(dumps(message), "utf-8")
            half.rename(folder / f"{name}.msg")  # atomic: a reader sees all of it or nothing
        except OSError as error:
            raise OperationalError(f"The broker folder cannot be written: {error}") from error

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002  # kombu names it
        for path in self._waiting(queue):
            message = self._take(path)
            if message is not None:
                return message
        raise Empty

    def _waiting(self, queue: str) -> list[Path]:
        """The queue's messages, oldest first; a folder that is not there yet is an empty queue."""
        folder = self._folder(queue)
        try:
            return [folder / n for n in sorted(os.listdir(folder)) if n.endswith(".msg")]  # noqa: PTH208  # half the cost of Path.iterdir
        except OSError:
            return []

    def _take(self, path: Path) -> dict[str, Any] | None:
        """The message, if we are the one who removes the file and if it is a message at all."""
        try:
            raw = path.read_bytes()
            path.unlink()  # of several readers exactly one succeeds
        except OSError:
            return None
        try:
            message: dict[str, Any] = loads(raw)
            hash(self.Message(message, channel=self).delivery_tag)
        except NOT_A_MESSAGE as error:
            log.warning("Dropped %s, which is not a message: %s", path.name, type(error).__name__)
            return None
        return message

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        return sum(self._take(path) is not None for path in self._waiting(queue))


class Transport(virtual.Transport):
    """Named by `config.settings` as the broker where neither BROKER_URL nor REDIS_URL is given."""

    Channel = Channel
    driver_type = "folder"
    driver_name = "folder"
    implements = base.Transport.implements
    polling_interval = 0.05

    def driver_version(self) -> str:
        return "1"
