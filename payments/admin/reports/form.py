"""What a report is asked for: its days, how long a period is, a currency, a method."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from orders.clock import now
from payments.reports import LONGEST, USUAL, Span, Step

PERIODS: Final = (
    (Step.DAY.value, pgettext_lazy("report", "day")),
    (Step.WEEK.value, pgettext_lazy("report", "week")),
    (Step.MONTH.value, pgettext_lazy("report", "month")),
)
FIRST_YEAR, LAST_YEAR = 2000, 2099


def _day(label: Any) -> forms.DateField:
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=picker, input_formats=["%Y-%m-%d"])


class ReportForm(forms.Form):
    """Read from the address, so that a report can be kept as a link."""

    first = _day(gettext_lazy("From"))
    last = _day(gettext_lazy("To"))
    step = forms.ChoiceField(label=pgettext_lazy("report", "By"), choices=PERIODS)
    currency = forms.CharField(required=False, max_length=3)
    method = forms.CharField(required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        for name, day in (("first", first), ("last", last)):
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, _("Choose a day of this century."))
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last", _("Choose at most %(days)s days.") % {"days": LONGEST})
        return given

    @property
    def span(self) -> Span:
        given = self.cleaned_data
        return Span(given["first"], given["last"], Step(given["step"]))


def usual() -> dict[str, str]:
    """The last thirty days, day by day, in the zone of the site."""
    last = timezone.localtime(now()).date()
    first: date = last - timedelta(days=USUAL - 1)
    return {"first": first.isoformat(), "last": last.isoformat(), "step": Step.DAY.value}
