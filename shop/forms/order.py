"""What shoppers type on the pages of their order."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from orders.forms import ProseField
from orders.models import OrderLine, ReturnReason
from shop.forms.checkout import EmailInput

LONGEST_NOTE = 1_000


class NewLinkForm(forms.Form):
    """The e-mail address of an order, to send its link anew."""

    email = forms.EmailField(
        label=_("E-mail"),
        error_messages={"required": _("Enter your e-mail address.")},
        widget=EmailInput(attrs={"autocomplete": "email"}),
    )


class NoteField(ProseField):
    """Free words for staff, kept with what was asked."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **given: Any) -> None:
        super().__init__(required=False, max_length=LONGEST_NOTE, **given)


class PiecesField(forms.IntegerField):
    """How many pieces of a line; none where nothing is typed."""

    default_error_messages = {
        "invalid": _("A number of pieces is a whole number, such as 1."),
        "min_value": _("A number of pieces is a whole number, such as 1."),
        "max_value": _("You did not buy so many."),
    }

    def __init__(self, line: OrderLine) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            label=line.name, required=False, initial=0, widget=forms.NumberInput(attrs=attrs)
        )
        texts = self.error_messages
        self.validators += [
            MinValueValidator(0, texts["min_value"]),
            MaxValueValidator(line.quantity, texts["max_value"]),
        ]


class ReturnForm(forms.Form):
    """Which pieces go back and why. Whether so many can, the service says."""

    reason = forms.ModelChoiceField(
        ReturnReason.objects.filter(active=True),
        label=_("Reason"),
        empty_label=_("Choose a reason"),
        error_messages={
            "required": _("Choose a reason."),
            "invalid_choice": _("Choose a reason from the list."),
        },
    )
    note = NoteField(label=_("What we should know"))
    request_key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, lines: Sequence[OrderLine], data: Any = None) -> None:
        super().__init__(data, initial={"request_key": secrets.token_urlsafe(18)})
        self.lines = lines
        pieces = {f"pieces_{line.pk}": PiecesField(line) for line in lines}
        self.fields = {**pieces, **self.fields}  # problems are told in the order of the page

    @property
    def rows(self) -> list[tuple[OrderLine, forms.BoundField]]:
        """Each line with the field of its pieces."""
        return [(line, self[f"pieces_{line.pk}"]) for line in self.lines]

    @property
    def pieces(self) -> dict[int, int]:
        """The pieces chosen, by key of the order's line."""
        typed = self.cleaned_data
        return {line.pk: typed[f"pieces_{line.pk}"] or 0 for line in self.lines}


class CancelForm(forms.Form):
    """The wish to have nothing sent."""

    note = NoteField(label=_("What we should know"))
