"""A visitor's browser that looks twice at every page and remembers all it was told to fetch."""

from __future__ import annotations

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Page, Request, expect

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
NARROWEST = 320
SHIFT = """() => new Promise((done) => {
  let moved = 0;
  const where = [];
  const put = ({ x, y, width, height }) => [x, y, width, height].join(" ");
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      moved += entry.value;
      for (const { node, previousRect, currentRect } of entry.sources)
        where.push(`${node?.outerHTML?.slice(0, 60)}: ${put(previousRect)} to ${put(currentRect)}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
  const tell = () => done([moved - (window.movedBefore ?? 0), where.join("\\n")]);
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(tell)));
})"""
FORGET_SHIFT = (
    f"({SHIFT})().then(([moved]) => {{ window.movedBefore = (window.movedBefore ?? 0) + moved; }})"
)
INLINE = """() => [...document.querySelectorAll("*")].filter((each) =>
  each.matches("style, [style], script:not([src])") ||
  each.getAttributeNames().some((name) => name.startsWith("on"))
).map((each) => each.outerHTML.slice(0, 80))"""
WEIGHED = {"document", "stylesheet", "script"}


class Visitor:
    """One tab. `origins` are the only addresses it may be sent to."""

    def __init__(self, page: Page, *origins: str, script: bool = True) -> None:
        self.page = page
        self._origins = set(origins)
        self._script = script
        self._fetched: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", self._note)
        page.on("console", self._hear)
        page.on("pageerror", self._hear_error)

    def _note(self, request: Request) -> None:
        self._fetched.append(request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _hear_error(self, error: Error) -> None:
        self.complaints.append(f"{self.page.url}: {error}")

    @property
    def strangers(self) -> set[str]:
        """Origins of others that a page had us fetch something from."""
        parts = [urlsplit(request.url) for request in self._fetched]
        return {f"{part.scheme}://{part.netloc}" for part in parts} - self._origins

    @property
    def weight(self) -> int:
        """Bytes of pages, styles and scripts that came over the wire so far."""
        sizes = [r.sizes() for r in self._fetched if r.resource_type in WEIGHED]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)

    def look(self, heading: str) -> None:
        """Be on the page with that heading; it is open to all, stands still and fits a phone."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        if self._script:
            moved, where = self.shift()
            assert moved == 0, f"{self.page.url} moves while it loads:\n{where}"
            assert self.inline() == [], f"{self.page.url} holds inline script or style"
            assert self.barriers() == ""
            assert self.overhang() == 0, f"{self.page.url} scrolls sideways"

    def shift(self) -> tuple[float, str]:
        """How far the page moved by itself under the reader, as cumulative layout shift; and what.

        Each line names a node, and where it was and came to: x, y, width, height.
        """
        moved, where = self.page.evaluate(SHIFT)
        return moved, where

    def forget_shift(self) -> None:
        """Let what moved up to now be the visitor's own doing."""
        self.page.evaluate(FORGET_SHIFT)

    def inline(self) -> list[str]:
        """What a strict policy forbids: style, script and handlers within the page."""
        found: list[str] = self.page.evaluate(INLINE)
        return found

    def barriers(self) -> str:
        """What keeps people out of the page, as axe reports it."""
        heard = len(self.complaints)
        found = Axe().run(self.page, options=WCAG)
        del self.complaints[heard:]  # axe tries an inline style, which is the policy at work
        return f"{self.page.url}\n{found.generate_report()}" if found.violations_count else ""

    def overhang(self) -> int:
        """Pixels by which the page is wider than the narrowest phone."""
        usual = self.page.viewport_size
        assert usual
        self.page.set_viewport_size({"width": NARROWEST, "height": usual["height"]})
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        self.page.set_viewport_size(usual)
        self.forget_shift()
        return max(0, wide)
