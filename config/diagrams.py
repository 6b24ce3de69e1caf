"""`python -m config.diagrams`: writes docs/states.md from the tables that the code goes by."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import django

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "states.md"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.states_page import page  # noqa: PLC0415  # its tables need Django set up

    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} is written.\n")


if __name__ == "__main__":
    main()
