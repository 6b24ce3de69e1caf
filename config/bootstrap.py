"""Makes the virtual environment and fills it; plain standard library, run by every make target."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
OLDEST = (3, 11)
# What pip and uv print when it is the network that is missing.
OFFLINE = ("name resolution", "max retries", "newconnection", "failed to fetch", "dns error",
           "timed out", "proxy", "network is unreachable", "connection error")  # fmt: skip


def main(venv: Path) -> None:
    if sys.version_info < OLDEST:
        stop(f"This is Python {platform.python_version()}; Till needs 3.11 or newer.")
    python, stamp = venv / "bin" / "python", venv / ".till-installed"
    if python.exists() and stamp.exists() and stamp.read_text("utf-8") == fingerprint(python):
        return
    if not usable(python):
        create(venv)
    print(f"Installing what Till needs into {venv.name} (once; some 80 packages) …", flush=True)
    install(python)
    # uv compiles nothing, and where Python may keep no bytecode (PYTHONDONTWRITEBYTECODE, as in
    # many containers) every process would compile all it loads: two thirds of a start.
    quiet(python, "-m", "compileall", "-q", "-j", "0", venv / "lib")
    stamp.write_text(fingerprint(python), "utf-8")


def usable(python: Path) -> bool:
    """Whether the environment is there, works, and is new enough."""
    if not python.exists():
        return False
    ask = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    return quiet(python, "-c", ask).returncode == 0


def create(venv: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        import ensurepip  # noqa: F401  # only whether it is there
        import venv as _  # noqa: F401  # likewise
    except ImportError:
        stop(
            f"Python {version} stands here without venv and pip. Install the package "
            f"python{version}-venv (Debian and Ubuntu: apt install python{version}-venv), "
            "then run make again."
        )
    print(f"Making a virtual environment in {venv.name} with Python {version} …", flush=True)
    if (venv / "pyvenv.cfg").exists():
        shutil.rmtree(venv)
    elif venv.exists():
        stop(f"{venv} is there and is not a virtual environment. Move it away, or name another.")
    made = quiet(sys.executable, "-m", "venv", str(venv))
    if made.returncode:
        stop(f"The virtual environment could not be made: {last_line(made)}")


def install(python: Path) -> None:
    """By uv, which is quick; by pip where uv cannot be had or does not reach the index."""
    files = [part for name in REQUIREMENTS[1:] for part in ("-r", str(ROOT / name))]
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--retries=1", "--timeout=15")
    by_uv = quiet(*pip, "install", "-q", "uv")
    if by_uv.returncode == 0:
        by_uv = quiet(python, "-m", "uv", "pip", "install", "--python", str(python), *files)
        if by_uv.returncode == 0:
            return
        print(f"uv could not ({last_line(by_uv)}); trying pip, which takes a minute …", flush=True)
    by_pip = quiet(*pip, "install", "-q", *files)
    if by_pip.returncode:
        explain(by_pip)


def explain(failed: "subprocess.CompletedProcess[str]") -> None:
    said = failed.stderr + failed.stdout
    if any(sign in said.lower() for sign in OFFLINE):
        stop(
            "PyPI cannot be reached, so the packages cannot be installed. Check the network "
            "connection, or the proxy or package index that pip is set to use, then run make again."
        )
    stop(f"The packages could not be installed; pip said: {last_line(failed)}")


def fingerprint(python: Path) -> str:
    """Changes whenever something has to be installed again."""
    known = hashlib.sha256(str(python.resolve()).encode())
    for name in (*REQUIREMENTS, "config/bootstrap.py"):
        known.update((ROOT / name).read_bytes())
    return known.hexdigest()


def quiet(*command: object) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1].strip() if lines else f"exit code {done.returncode}"


def stop(sentence: str) -> None:
    print(f"\n{sentence}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main(ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv"))
