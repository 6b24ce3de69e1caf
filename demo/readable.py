"""Names that a stock list shouts, as a shopper likes to read them."""

import re

# Written with a capital in the middle of a line, too.
_PROPER = """
    american april asian august berlin boudicca britain british chinese christmas danish december
    dutch easter edwardian england english europe european france french georgian german hawaiian
    indian italian jack january japanese july june london march mexican moroccan moscow november
    october oxford paris parisian parisienne persian portobello russian santa santa's scandinavian
    scottish september spanish swiss tokyo turkish tuscan union valentine valentine's valentines
    venetian venice victorian york
"""
_CAPITALS = "a3 a4 a5 a6 cd diy dvd i led mp3 t tv uk usa usb xxl"
_AS_WRITTEN = {word: word.capitalize() for word in _PROPER.split()} | {
    word: word.upper() for word in _CAPITALS.split()
}
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_CROWDED = re.compile(r"(?<=[^\W\d_]),(?=[^\W\d_])")


def readable_name(name: str) -> str:
    """'HANGING HEART T-LIGHT' as 'Hanging heart T-light'; a name in mixed case stays as it is."""
    if name != name.upper():
        return name
    words = _WORD.sub(_quiet, _CROWDED.sub(", ", " ".join(name.split()).rstrip(" .,")))
    return words[:1].upper() + words[1:]


def _quiet(match: re.Match[str]) -> str:
    word = match[0].lower()
    return _AS_WRITTEN.get(word, word)
