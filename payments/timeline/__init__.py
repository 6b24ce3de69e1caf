"""The whole story of an order in time order."""

from payments.timeline.happening import Happening, Kind
from payments.timeline.story import timeline
from payments.timeline.words import REASONS

__all__ = ["REASONS", "Happening", "Kind", "timeline"]
