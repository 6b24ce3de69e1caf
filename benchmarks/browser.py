"""A Chromium of this machine, and how to start it."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = (
    "chromium-headless-shell",  # half the time: it draws no window
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
ARGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-dev-shm-usage",
)
NO_BROWSER = (
    "no Chromium: install one (package chromium), name one in CHROMIUM, "
    "or run .venv/bin/playwright install chromium"
)


def find_chromium() -> str:
    """The one named in CHROMIUM, one on the PATH, or Playwright's own; "" where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    return found if Path(found).exists() else ""
