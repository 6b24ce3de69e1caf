"""Serve the sandbox bank: its API, its pages, its webhooks and its clockwork, in one process."""

import signal
from argparse import ArgumentParser
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from payments.sandbox.clockwork import Clockwork
from payments.sandbox.server import Server, build_server
from payments.sandbox.surroundings import stand_alone
from payments.sandbox.webhooks.sender import Sender


class Command(BaseCommand):
    help = "Serve the sandbox bank (test payments; no real money moves)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *_args: Any, host: str, port: int, **_options: Any) -> None:
        refuse_without_tables()
        stand_alone()
        try:
            server = build_server(host, port)
        except OSError as error:
            message = f"The sandbox bank cannot listen on {host}:{port}: {error.strerror}."
            raise CommandError(f"{message} Choose another port with --port.") from error
        self.stdout.write(f"Sandbox bank on http://{host}:{server.server_port} (no real money)")
        self.stdout.flush()
        serve_until_told(server)


def refuse_without_tables() -> None:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes("sandbox"))
    except DatabaseError as error:
        raise CommandError(f"The bank's database cannot be reached: {error}") from error
    finally:
        connections.close_all()
    if missing:
        raise CommandError("The bank's tables are missing: run migrate with the same settings.")


def serve_until_told(server: Server) -> None:
    """Serve and deliver until SIGTERM or SIGINT."""
    stop = {signal.SIGTERM, signal.SIGINT}
    # Blocked here and in every thread started from here: one sigwait receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    sender, clockwork = Sender(), Clockwork()
    sender.start()
    clockwork.start()
    Thread(target=server.serve_forever, name="server", daemon=True).start()
    signal.sigwait(stop)
    server.shutdown()
    server.server_close()
    clockwork.stop()
    sender.stop()
