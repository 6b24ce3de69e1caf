"""The pages to answer a dispute: what we know filled in, sent by a worker or noted as sent.

What is sent is for good, so it is shown as it will be sent and asked about before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.forms import ProseField
from payments.admin.act import Act, ActForm, Desk
from payments.errors import EvidenceRefused
from payments.models import Dispute, Payment
from payments.models.evidence import LONGEST_TEXT
from payments.providers.evidence import EvidenceTexts
from payments.registry import takes_evidence
from payments.services.evidence import (
    EvidenceDraft,
    check_answer,
    note_evidence,
    request_evidence,
)
from payments.services.known import first_texts
from payments.states import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_stubs_ext import StrOrPromise

ANSWER: Final = "payments.answer_dispute"
SEE_ORDERS: Final = "orders.view_order"
LABELS: Final[dict[str, StrOrPromise]] = {
    "customer": gettext_lazy("Customer"),
    "goods": gettext_lazy("What was bought"),
    "dispatch": gettext_lazy("Dispatch"),
    "refunds": gettext_lazy("Refunds"),
    "terms": gettext_lazy("Terms"),
    "statement": gettext_lazy("What we say to it"),
}
HELP: Final[dict[str, StrOrPromise]] = {
    "statement": gettext_lazy("In your own words: why the shopper owes this."),
    "terms": gettext_lazy("What the shopper agreed to when they placed the order."),
}


class EvidenceForm(ActForm):
    """A text for each thing a bank asks about.

    `of_inquiry`: whether it was shown for a question of the bank's; what is shown again is for what
    the dispute is by then.
    """

    of_inquiry = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, dispute: Dispute, data: dict[str, str] | None = None) -> None:
        super().__init__(data, initial={} if data else asdict(first_texts(dispute)))
        self.initial["of_inquiry"] = dispute.is_inquiry
        self.dispute = dispute
        for name, label in LABELS.items():
            self.fields[name] = ProseField(
                label=label,
                max_length=LONGEST_TEXT,
                required=False,
                help_text=HELP.get(name, ""),
                widget=forms.Textarea(attrs={"rows": 7, "class": "vLargeTextField"}),
            )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        self.data = {**self.data, "of_inquiry": str(self.dispute.is_inquiry)}
        return typed


class SendForm(EvidenceForm):
    """Asks before it sends, and again whenever what would be sent is not what was shown.

    `shown`: the digest of that.
    """

    shown = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    @property
    def said(self) -> list[tuple[StrOrPromise, str]]:
        """What would be sent, under the names of its fields."""
        return [(label, text) for name, label in LABELS.items() if (text := self._text(name))]

    @property
    def missing(self) -> list[tuple[StrOrPromise, StrOrPromise]]:
        """The names of the fields in which nothing stands, with what each is for."""
        names = [name for name in LABELS if not self._text(name)]
        return [(LABELS[name], HELP.get(name, "")) for name in names]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        digest = self._digest()
        if not self.errors and typed["shown"] != digest:
            self._ask(digest)
        return typed

    def _ask(self, digest: str) -> None:
        try:
            check_answer(self.dispute, _texts(self.cleaned_data))
        except EvidenceRefused as refusal:
            self.add_error(None, f"{capfirst(str(refusal))}.")
            return
        self.data = {**self.data, "shown": digest}
        self.question = _(
            "Nothing is sent yet. It can be sent once, and not be changed afterwards: read it, and "
            "press again."
        )

    def _digest(self) -> str:
        """Of the texts, and of whether the bank asks or claims: an answer is to one of these."""
        asked = [self.dispute.is_inquiry, *(self._text(name) for name in LABELS)]
        return sha256(json.dumps(asked).encode()).hexdigest()

    def _text(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))


@dataclass(frozen=True, slots=True)
class Way:
    """One way to answer: its page, its form, its service, its words."""

    template: str
    form: type[EvidenceForm]
    do: Callable[[EvidenceDraft], bool]
    noted: StrOrPromise
    said: StrOrPromise


WAYS: Final = {
    "send": Way(
        "payments/admin/evidence_send.html",
        SendForm,
        request_evidence,
        gettext_lazy("Evidence in dispute %(ref)s sent"),
        gettext_lazy("The evidence is sent to the provider within seconds."),
    ),
    "note": Way(
        "payments/admin/evidence_note.html",
        EvidenceForm,
        note_evidence,
        gettext_lazy("Evidence in dispute %(ref)s noted as sent at the provider's own site"),
        gettext_lazy("Noted: you have sent it at the provider's own site."),
    ),
}


def ways_to_answer(request: HttpRequest, dispute: Dispute) -> dict[str, StrOrPromise]:
    """The pages that this person may answer it on now, with the words that lead there.

    Of a dispute that was read with its evidence and account; none of one that nobody waits for.
    """
    may = request.user.has_perms([ANSWER, SEE_ORDERS])
    said = [each for each in dispute.evidence.all() if each.of_inquiry == dispute.is_inquiry]
    answered = any(each.state in ANSWERS for each in said)
    if not may or answered or dispute.is_late or not dispute.is_undecided:
        return {}
    send = {"send": _("Answer with evidence…")} if takes_evidence(dispute.account) else {}
    return {**send, "note": _("Note as sent…")}


def answer(dispute: Dispute, way: Way) -> Act:
    """The page to answer one dispute in one of the ways."""

    def form(_payment: Payment, data: dict[str, str] | None) -> EvidenceForm:
        return way.form(dispute, data)

    def ask(desk: Desk, asked: dict[str, Any]) -> None:
        """Answer with the audit row, or say that this was done before."""
        draft = _draft(dispute, asked, desk.request.user.pk)
        with transaction.atomic():
            fresh = way.do(draft)
            if fresh:
                desk.note(str(way.noted) % {"ref": dispute.provider_id})
        if fresh:
            desk.say(str(way.said), messages.SUCCESS)
        else:
            desk.say(_("This was done already. Nothing more happened."), messages.WARNING)

    return Act(
        permission=ANSWER,
        template=way.template,
        title=gettext_lazy("Dispute over order %(number)s"),
        form=form,
        ask=ask,
        context=lambda _payment: {"dispute": dispute},
    )


def _draft(dispute: Dispute, asked: dict[str, Any], by: int | None) -> EvidenceDraft:
    key, read = asked["request_key"], _texts(asked)
    return EvidenceDraft(dispute.pk, key, read, by, of_inquiry=asked["of_inquiry"])


def _texts(asked: dict[str, Any]) -> EvidenceTexts:
    return EvidenceTexts(**{name: asked[name] for name in LABELS})
