"""The stand-in as a process of its own, and as a stranger to the shop."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
OURS = {"config", "demo", "orders", "payments", "shop", "django", "celery"}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


def test_it_knows_nothing_of_the_shop() -> None:
    modules = sorted((ROOT / "tests/fakes/stripe").glob("*.py"))
    assert {path.name: imports(path) & OURS for path in modules if imports(path) & OURS} == {}


def test_it_serves_by_hand_until_it_is_stopped() -> None:
    command = [sys.executable, "-m", "tests.fakes.stripe"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {told['key']}"}
        answer = httpx.get(f"{told['url']}/v1/balance", headers=headers, trust_env=False)
        process.terminate()
    assert answer.json()["object"] == "balance"
    assert process.returncode == 0
