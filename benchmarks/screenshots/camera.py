"""Takes one page at every width, in light and in dark."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

WIDTHS = {320: 640, 390: 844, 1280: 800}
"""Width of the window -> its height, in CSS pixels."""
PAPER = (794, 1123)
"""A4."""
_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_SETTLE = f"""() => {{
  const pictures = [...document.images].map((picture) => {{
    picture.loading = "eager";
    return picture.decode().catch(() => null);
  }});
  for (const moving of document.getAnimations()) if (moving.transitionProperty) moving.finish();
  return Promise.all([{_DRAWN}, ...pictures]).then(() => document.documentElement.scrollHeight);
}}"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass(slots=True)
class Camera:
    """Writes <scene>-<width>-<scheme>.png into a folder and remembers the scenes."""

    folder: Path
    scenes: list[str] = field(default_factory=list)

    def shoot(self, page: Page, scene: str) -> None:
        self.scenes.append(f"{len(self.scenes) + 1:02d}-{scene}")
        for width, scheme in product(WIDTHS, SCHEMES):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            tall: int = page.evaluate(_SETTLE)
            page.set_viewport_size({"width": width, "height": max(tall, WIDTHS[width])})
            page.evaluate(_DRAWN)  # what came into the window by its new height
            page.screenshot(path=self.path(self.scenes[-1], width, scheme))

    def print(self, page: Page, scene: str) -> None:
        """As it would come out of a printer, on A4."""
        self.scenes.append(f"{len(self.scenes) + 1:02d}-{scene}")
        page.set_viewport_size({"width": PAPER[0], "height": PAPER[1]})
        page.emulate_media(media="print", color_scheme="light")
        page.screenshot(path=self.path(self.scenes[-1], PAPER[0], "print"), full_page=True)
        page.emulate_media(media="screen")

    def path(self, scene: str, width: int, scheme: str) -> Path:
        return self.folder / f"{scene}-{width}-{scheme}.png"

    def taken(self, scene: str) -> Iterator[Path]:
        """What was taken of a scene: narrow to wide, light before dark."""
        sorts = [*product(WIDTHS, SCHEMES), (PAPER[0], "print")]
        return (path for sort in sorts if (path := self.path(scene, *sort)).exists())
