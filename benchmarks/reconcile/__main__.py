"""Make the books of so many lines by a seed, and find what is wrong in them again.

Progress goes to stderr; the last line on stdout is JSON, and the exit code says whether all was
found and nothing else. benchmarks/README.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.bench.server import ServerError, find_server
from config.processes import ROOT

Environment = Mapping[str, str]


def main() -> int:
    options = _options()
    try:
        with tempfile.TemporaryDirectory(prefix="till-reconcile-") as name:
            folder = Path(name)
            with _database(options.db, folder) as url:
                return _run(folder, options, _environment(folder, url))
    except ServerError as error:
        _say(f"The bench failed: {error}")
    except subprocess.CalledProcessError as error:
        _say(f"The bench failed: {error.cmd[2]} ended with {error.returncode}.")
    except KeyboardInterrupt:
        _say("Stopped.")
    return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make reconcile-bench", description=__doc__)
    env = os.environ.get
    parser.add_argument("--lines", type=int, default=int(env("LINES") or 1_000_000))
    parser.add_argument("--db", choices=("postgresql", "sqlite"), default=env("DB") or "postgresql")
    parser.add_argument("--seed", default=env("SEED") or "r1")
    return parser.parse_args()


def _run(folder: Path, options: argparse.Namespace, environment: Environment) -> int:
    python = sys.executable
    _say(f"Making {options.lines:,} operations by seed {options.seed} in {options.db} …")
    _do([python, "manage.py", "migrate", "-v0"], environment)
    made = [python, "-m", "benchmarks.reconcile.fill", str(folder), str(options.lines)]
    _do([*made, options.seed], environment)
    _say("Importing and matching …")
    line = _do([python, "-m", "benchmarks.reconcile.measure", str(folder)], environment)
    report = json.loads(line.splitlines()[-1])
    print(json.dumps(report), flush=True)
    wrong = report["extra"] or report["unexplained"]
    return 0 if report["found"] == report["injected"] and not wrong else 1


def _do(command: list[str], environment: Environment) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _environment(folder: Path, url: str) -> Environment:
    """The demo site's, over a data folder and a database of our own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TILL_")}
    ours = {"DATABASE_URL": url, "TILL_DATA": str(folder / "data"), "REDIS_URL": ""}
    return kept | ours | {"DJANGO_SETTINGS_MODULE": "benchmarks.reconcile.settings"}


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    (folder / "data").mkdir()
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'books.sqlite3'}"
        return
    server = find_server()
    name = f"till_reconcile_{secrets.token_hex(4)}"
    with psycopg.connect(server.of("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield server.of(name)
        finally:
            dropped = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(dropped)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
