"""Where real samples lie; the one module that knows."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Samples:
    """A folder of samples, or the reason why there is none."""

    folder: Path | None
    reason: str


def find(name: str) -> Samples:
    """Look for `name` (for example `data/online-retail`) in TILL_SAMPLES, else in ../shared."""
    named = os.environ.get("TILL_SAMPLES")
    home = Path(named) if named else ROOT.parent / "shared"
    folder = home / name
    if folder.is_dir():
        return Samples(folder, "")
    advice = "TILL_SAMPLES names another folder" if named else "set TILL_SAMPLES to their folder"
    return Samples(None, f"no samples at {folder} ({advice})")


def online_retail() -> Samples:
    """Nine months of a real gift shop, one gzipped CSV a month."""
    return find("data/online-retail")


def main() -> int:
    """Print the folder of the real shop's files, for scripts; 1 and the reason without it."""
    found = online_retail()
    print(found.folder or found.reason, file=sys.stdout if found.folder else sys.stderr)
    return 0 if found.folder else 1


if __name__ == "__main__":
    sys.exit(main())
