"""Every state with its words and a tone, so that a list and a page show it alike."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices


class Tone(enum.StrEnum):
    """How a state feels to staff; colour only repeats what the words say."""

    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Badge:
    text: str
    tone: Tone


_WORDS: Final = {
    Tone.GOOD: "confirmed completed paid captured succeeded done ok won sent resolved loaded",
    Tone.WAITING: "open inquiry processing authorized partially_paid submitting requires_action "
    "approved requested pending received parked unknown waiting awaiting_approval sending "
    "investigating proposed reading",
    Tone.BAD: "failed declined reversed dead technical timeout lost refused unanswered",
}
TONES: Final = {word: tone for tone, words in _WORDS.items() for word in words.split()}


def badge(state: TextChoices) -> Badge:
    """The badge of an order's, payment's, attempt's, refund's, event's or call's state."""
    return Badge(str(state.label), TONES.get(state.value, Tone.QUIET))
