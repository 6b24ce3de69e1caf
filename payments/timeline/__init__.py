"""The whole story of an order in time order."""

from payments.timeline.story import Happening, Kind, timeline
from payments.timeline.words import REASONS

__all__ = ["REASONS", "Happening", "Kind", "timeline"]
