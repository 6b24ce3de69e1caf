"""A shopper without a mouse: Tab, Enter, Space and letters."""

from __future__ import annotations

from playwright.sync_api import Page

MOST_TABS = 90
NAME = r"""() => {
  const here = document.activeElement;
  const label = here.labels?.[0]?.innerText ?? "";
  return (here.getAttribute("aria-label") || label || here.innerText || "").replace(/^\W+/, "");
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has that name has the focus, and see that it shows."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(NAME).startswith(name):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"{page.url}: no way to {name!r} by Tab")


def press(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)


def write(page: Page, label: str, text: str) -> None:
    tab_to(page, label)
    page.keyboard.type(text)
