"""The house laws that a machine can check."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("benchmarks", "config", "demo", "orders", "payments", "shop", "tests")
LONGEST_MODULE, LONGEST_TEMPLATE, LONGEST_STYLE = 300, 120, 150
NOT_OURS = {"migrations", "__pycache__"}


def files(pattern: str, *folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob(pattern)]
    return sorted(path for path in found if not NOT_OURS & set(path.parts))


def too_long(paths: list[Path], limit: int) -> dict[str, int]:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in paths}
    return {name: length for name, length in lengths.items() if length > limit}


def test_imports_point_one_way() -> None:
    # A process of its own: in ours it would silence every logger that other tests listen to.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())


def test_modules_stay_readable_in_one_sitting() -> None:
    assert too_long(files("*.py", *PACKAGES), LONGEST_MODULE) == {}


def test_templates_stay_short() -> None:
    assert too_long(files("*.html", "templates", "demo", "payments"), LONGEST_TEMPLATE) == {}


def test_each_stylesheet_stays_short() -> None:
    assert too_long(files("*.css", "static", "demo", "payments"), LONGEST_STYLE) == {}


def test_pages_carry_no_inline_script_or_style() -> None:
    pages = files("*.html", "templates", "demo", "payments")
    inline = ("<style", " style=", " onclick=", " onsubmit=", " onchange=", "javascript:")
    guilty = [p.name for p in pages if any(sign in p.read_text("utf-8") for sign in inline)]
    assert guilty == []
