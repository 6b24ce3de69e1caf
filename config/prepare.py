"""Makes a site's database and static files ready, or says in one sentence why it cannot.

A command of manage.py may follow: it runs in the same process, once all is ready.
"""

import sys
from collections.abc import Sequence

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, execute_from_command_line
from django.db import DatabaseError, connection
from kombu import Connection
from kombu.exceptions import OperationalError


def main(command: Sequence[str] = ()) -> int:
    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 1
    for problem in (_database_problem(), _broker_problem()):
        if problem:
            print(problem, file=sys.stderr)
            return 1
    call_command("migrate", interactive=False, verbosity=0)
    if getattr(settings, "STATIC_ROOT", None):
        call_command("collectstatic", interactive=False, verbosity=0)
    if command:
        execute_from_command_line(["manage.py", *command])
    return 0


def _database_problem() -> str:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        return (
            f"The database {_database_name()} does not answer: {reason}\n"
            "Start it, or correct DATABASE_URL, or leave DATABASE_URL out to use SQLite."
        )
    return ""


def _database_name() -> str:
    """What DATABASE_URL named, without its password."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(at["NAME"])
    user = f"{at['USER']}@" if at["USER"] else ""
    port = f":{at['PORT']}" if at["PORT"] else ""
    return f"{connection.vendor}://{user}{at['HOST']}{port}/{at['NAME']}"


def _broker_problem() -> str:
    url = getattr(settings, "CELERY_BROKER_URL", "folder:")
    if url.startswith("folder:"):
        return ""
    with Connection(url, connect_timeout=5, transport_options={"max_retries": 0}) as broker:
        try:
            broker.ensure_connection(max_retries=1, timeout=5)
        except OperationalError as error:
            return (
                f"The broker {broker.as_uri()} does not answer: {error}\n"
                "Start it, or correct BROKER_URL or REDIS_URL, or leave both out to need none."
            )
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
