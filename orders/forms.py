"""What several forms read alike."""

from __future__ import annotations

from typing import Any

from django import forms


class ProseField(forms.CharField):
    """Free text of several lines. Browsers end lines as networks do; here each end counts as one.

    They are counted so before the length is looked at: a page may be filled in to the limit.
    """

    def to_python(self, value: Any) -> str | None:
        text: str | None = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text
