"""The contact sheet: one page with every picture."""

from html import escape
from pathlib import Path

from benchmarks.screenshots.camera import Camera

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Till, every page</title>
<style>
  body {{ margin: 2rem; background: #777; color: #fff; font: 16px/1.4 system-ui, sans-serif; }}
  section div {{ display: flex; gap: 1rem; align-items: flex-start; overflow-x: auto; }}
  img {{ height: 480px; width: auto; max-width: none; }}
</style>
{scenes}
</html>
"""


def write_sheet(camera: Camera) -> Path:
    """Write index.html beside the pictures; its path."""
    sheet = camera.folder / "index.html"
    scenes = "\n".join(_scene(camera, scene) for scene in camera.scenes)
    sheet.write_text(_PAGE.format(scenes=scenes), encoding="utf-8")
    return sheet


def _scene(camera: Camera, scene: str) -> str:
    pictures = "".join(map(_picture, camera.taken(scene)))
    return f"<section><h2>{escape(scene)}</h2><div>{pictures}</div></section>"


def _picture(path: Path) -> str:
    return f'<a href="{path.name}"><img src="{path.name}" alt="{path.stem}" loading="lazy"></a>'
