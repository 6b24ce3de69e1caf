"""What staff do about a discrepancy: look after it, settle it, agree or disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.admin.act import ActForm
from payments.admin.books.amounts import booked
from payments.models import Discrepancy
from payments.models.discrepancy import DiscrepancyState, Resolution
from payments.reconciliation.effects import effect, possible
from payments.reconciliation.resolve import (
    WORKED_ON,
    Answer,
    Decision,
    approve,
    figures,
    note_evidence,
    propose,
    reject,
    take,
    take_over,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEE: Final = "payments.view_discrepancy"
RESOLVE: Final = "payments.resolve_discrepancy"
APPROVE: Final = "payments.approve_discrepancy"
LONG: Final = {"class": "vLargeTextField", "rows": 3}
Typed = dict[str, Any]


class SeenForm(ActForm):
    """Sends along which amounts were looked at."""

    seen = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)

    def __init__(self, row: Discrepancy, data: dict[str, str] | None = None) -> None:
        super().__init__(data, initial={"seen": figures(row)})


class EvidenceForm(SeenForm):
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=400,
        widget=forms.Textarea(attrs=LONG),
        help_text=gettext_lazy("Where somebody else can see it: a ticket, a mail, a statement."),
    )

    def __init__(self, row: Discrepancy, data: dict[str, str] | None = None) -> None:
        super().__init__(row, data)
        self.initial["evidence"] = row.evidence


class ResolveForm(EvidenceForm):
    """Each way with the sentence that says what it does with money, and what it books."""

    resolution = forms.ChoiceField(
        label=gettext_lazy("How it is settled"), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs=LONG),
        help_text=gettext_lazy("Why it is settled this way, for colleagues to read years later."),
    )
    field_order = ("resolution", "reason", "evidence")

    def __init__(self, row: Discrepancy, data: dict[str, str] | None = None) -> None:
        super().__init__(row, data)
        self.initial["reason"] = row.reason
        self.fields["evidence"].required = False
        self.fields["evidence"].help_text = _(
            "Where somebody else can see it: a ticket, a mail, a statement. Only what is ignored "
            "needs none."
        )
        ways = self.fields["resolution"]
        assert isinstance(ways, forms.ChoiceField)  # noqa: S101  # declared above
        ways.choices = [(way, _way(row, way)) for way in possible(row)]

    def clean(self) -> Typed:
        typed: Typed = super().clean() or {}
        chosen = typed.get("resolution")
        if chosen and chosen != Resolution.IGNORED and not typed.get("evidence"):
            self.add_error("evidence", _("Name the evidence: where somebody can see that it is so"))
        return typed


def _way(row: Discrepancy, way: Resolution) -> SafeString:
    parts = WORDS[way], effect(row.kind, way), booked(row, way)
    return format_html('<strong>{}</strong> <span class="till-effect">{} {}</span>', *parts)


WORDS: Final[dict[Resolution, StrOrPromise]] = {
    Resolution.ADJUSTED: gettext_lazy("Adjust our books."),
    Resolution.REFUNDED: gettext_lazy("The shopper has the money back."),
    Resolution.WRITTEN_OFF: gettext_lazy("Write it off."),
    Resolution.IGNORED: gettext_lazy("Ignore it."),
}


class AnswerForm(SeenForm):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=400,
        widget=forms.Textarea(attrs=LONG),
        help_text=gettext_lazy("Kept with the discrepancy, for colleagues to read."),
    )


class ApproveForm(AnswerForm):
    def __init__(self, row: Discrepancy, data: dict[str, str] | None = None) -> None:
        super().__init__(row, data)
        self.fields["note"].required = False


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do: who may, on which page, with which form (None: by the button alone).

    `do` is told who asks and what was typed; False where that changed nothing. `said` is the audit
    row, and what the page says afterwards.
    """

    label: StrOrPromise
    permission: str
    form: Callable[[Discrepancy, dict[str, str] | None], SeenForm] | None
    do: Callable[[Discrepancy, int, Typed], bool]
    said: Callable[[Discrepancy, Typed], str]


def _take(row: Discrepancy, by: int, _typed: Typed) -> bool:
    return take(discrepancy_id=row.pk, by=by)


def _take_over(row: Discrepancy, by: int, _typed: Typed) -> bool:
    return take_over(discrepancy_id=row.pk, by=by)


def _note_evidence(row: Discrepancy, by: int, typed: Typed) -> bool:
    return note_evidence(discrepancy_id=row.pk, by=by, evidence=typed["evidence"])


def _propose(row: Discrepancy, by: int, typed: Typed) -> bool:
    names = ("resolution", "reason", "evidence", "request_key", "seen")
    return propose(Decision(row.pk, by, **{name: typed[name] for name in names}))


def _answer(row: Discrepancy, by: int, typed: Typed) -> Answer:
    return Answer(row.pk, by, typed["note"], typed["request_key"], typed["seen"])


def _said_settled(row: Discrepancy, typed: Typed) -> str:
    way = Resolution(typed["resolution"])
    facts = {"how": way.label, "way": WORDS[way], "reason": typed["reason"]}
    if row.state == DiscrepancyState.PROPOSED:
        return _("Proposed, and somebody else has to agree. %(way)s %(reason)s") % facts
    return _("Settled: %(how)s. %(reason)s") % facts


def _said(words: StrOrPromise) -> Callable[[Discrepancy, Typed], str]:
    """What was done, and what was typed of it."""
    return lambda _row, typed: f"{words} {typed.get('note') or typed.get('evidence', '')}".strip()


DEEDS: Final[dict[str, Deed]] = {
    "take": Deed(
        gettext_lazy("Look after it"), RESOLVE, None, _take, _said(gettext_lazy("Looked after."))
    ),
    "take-over": Deed(
        gettext_lazy("Take it over"), RESOLVE, None, _take_over, _said(gettext_lazy("Taken over."))
    ),
    "evidence": Deed(
        gettext_lazy("Note evidence…"),
        RESOLVE,
        EvidenceForm,
        _note_evidence,
        _said(gettext_lazy("Evidence:")),
    ),
    "resolve": Deed(gettext_lazy("Resolve…"), RESOLVE, ResolveForm, _propose, _said_settled),
    "approve": Deed(
        gettext_lazy("Approve…"),
        APPROVE,
        ApproveForm,
        lambda row, by, typed: approve(_answer(row, by, typed)),
        _said(gettext_lazy("Approved.")),
    ),
    "reject": Deed(
        gettext_lazy("Reject…"),
        APPROVE,
        AnswerForm,
        lambda row, by, typed: reject(_answer(row, by, typed)),
        _said(gettext_lazy("Rejected.")),
    ),
}


def allowed(request: HttpRequest, row: Discrepancy, name: str) -> bool:
    """Whether this person may; who proposed something takes it back, and does not approve it."""
    if not request.user.has_perm(SEE):
        return False
    if is_mine(request, row) and name == "reject":
        return request.user.has_perm(RESOLVE) or request.user.has_perm(APPROVE)
    return request.user.has_perm(DEEDS[name].permission)


def is_mine(request: HttpRequest, row: Discrepancy) -> bool:
    return row.proposed_by_id is not None and row.proposed_by_id == request.user.pk


def offered(request: HttpRequest, row: Discrepancy) -> list[str]:
    """The buttons that would do something now and that this person may press."""
    if row.state == DiscrepancyState.PROPOSED:
        names = ["reject"] if is_mine(request, row) else ["approve", "reject"]
    elif row.state not in WORKED_ON:
        names = []
    elif row.owner_id == request.user.pk:
        names = ["resolve", "evidence"]
    else:
        names = ["take-over"] if row.owner_id else ["resolve", "take", "evidence"]
    return [name for name in names if allowed(request, row, name)]


def label_of(request: HttpRequest, row: Discrepancy, name: str) -> StrOrPromise:
    mine = name == "reject" and is_mine(request, row)
    return gettext_lazy("Take back…") if mine else DEEDS[name].label
