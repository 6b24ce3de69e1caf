"""The wheel names what its packages import, and nothing else."""

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("shop", "payments", "orders")
DISTRIBUTIONS = {"django": "django", "babel": "babel", "django_ratelimit": "django-ratelimit"}
COMES_WITH = {"kombu": "celery"}


def imported(but: Path | None = None) -> set[str]:
    """Top-level names that the three apps import at run time, all but those in a folder."""
    names: set[str] = set()
    paths = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    for path in (path for path in paths if but not in path.parents):
        for node in run_time_imports(ast.parse(path.read_text("utf-8"))):
            modules = (
                [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            )
            names |= {str(module).partition(".")[0] for module in modules}
    return names - set(sys.stdlib_module_names) - set(APPS)


def run_time_imports(tree: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    found: list[ast.Import | ast.ImportFrom] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
        elif not is_optional(node):
            found += run_time_imports(node)
    return found


def is_optional(node: ast.AST) -> bool:
    """Whether the code below does without its imports: for the type checker, or tried only."""
    if isinstance(node, ast.Try):
        return any("ImportError" in ast.unparse(handler) for handler in node.handlers)
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def test_the_wheel_depends_on_what_it_imports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    of_extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    lines = [*project["dependencies"], *of_extras]
    declared = {re.split(r"[<>=~]", line)[0].lower() for line in lines}
    needed = {DISTRIBUTIONS.get(name, COMES_WITH.get(name, name)) for name in imported()}
    assert needed == declared


def test_the_wheel_and_the_requirements_ask_for_the_same_versions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    extras = {line for extra in project["optional-dependencies"].values() for line in extra}
    assert {*project["dependencies"], *extras} <= set(lines)


def test_an_extra_is_imported_by_its_own_adapter_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extra in project["optional-dependencies"]:
        own = ROOT / "payments" / "providers" / extra
        assert extra not in imported(but=own)
