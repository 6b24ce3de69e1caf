"""The pages on which staff upload a file, and take one back."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders.clock import now
from payments.admin.books.book import STYLE
from payments.admin.books.decide import RESOLVE
from payments.errors import FileRefused
from payments.models import ProviderAccount, SettlementFile
from payments.models.settlement import DEAD_FILES, FileKind
from payments.reconciliation.importing import OUR_BANK
from payments.reconciliation.receive import decided_about, receive_upload, take_back

PERMISSION: Final = "payments.import_settlementfile"
PAGE: Final = "admin:payments_settlementfile_change"
STATEMENT: Final = "our:bank"
"""No code of an account: these have no colon."""
MOST_BYTES: Final = 50 * 1024 * 1024
"""The largest upload; a larger file is imported by the command."""


def may_import(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


class UploadForm(forms.Form):
    required_css_class = "required"

    whose = forms.ChoiceField(
        label=gettext_lazy("Whose books"),
        help_text=gettext_lazy("The account whose report it is, or our bank for a statement."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=200,
        help_text=gettext_lazy(
            "As it came: CSV or text, also as .zip or .gz; of a bank also camt.053. At most 50 MB."
        ),
    )

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.accounts = {each.code: each for each in ProviderAccount.objects.order_by("code")}
        named = [(code, _("Report of %(account)s") % {"account": code}) for code in self.accounts]
        whose = self.fields["whose"]
        assert isinstance(whose, forms.ChoiceField)  # noqa: S101  # declared above
        bank = (STATEMENT, _("Statement of our bank account"))
        whose.choices = [("", _("Choose…")), *named, bank]

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        size = upload.size or 0
        if size > MOST_BYTES:
            whose = self.data.get("whose") or "<account>"
            refused = _(
                "It has %(size)s, and at most 50 MB can be uploaded. Have whoever runs the site "
                "import it: manage.py import_settlement %(account)s <path>"
            )
            facts = {
                "size": filesizeformat(size),
                "account": {STATEMENT: OUR_BANK}.get(whose, whose),
            }
            raise forms.ValidationError(refused % facts)
        return upload

    @property
    def account(self) -> ProviderAccount | None:
        return self.accounts.get(self.cleaned_data["whose"])


def upload_page(site: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show the form, or keep what was sent and go to the page that shows how far it is read."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent)
    if form.is_valid():
        try:
            file = _receive(site, request, form)
        except FileRefused as refusal:
            form.add_error("file", f"{capfirst(str(refusal))}.")
        else:
            return redirect(PAGE, file.pk)
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Upload a settlement file or bank statement"),
        "media": site.media + forms.Media(css=STYLE),
        "form": form,
    }
    status = 400 if form.errors else 200
    return TemplateResponse(request, "payments/admin/books/upload.html", context, status=status)


def _receive(site: admin.ModelAdmin, request: HttpRequest, form: UploadForm) -> SettlementFile:
    """What was here before is given back unchanged, and the page says so."""
    began, account = now(), form.account
    kind = FileKind.REPORT if account else FileKind.STATEMENT
    with transaction.atomic():
        file = receive_upload(account, kind, form.cleaned_data["file"], by=request.user.pk)
        new = file.created_at >= began
        if new:
            site.log_addition(request, file, _("Uploaded"))
    if new:
        said = _("It has come in: what becomes of it is told below.")
        site.message_user(request, said, messages.SUCCESS)
    else:
        said = _("The very same file came in before: this is it. Nothing was read again.")
        site.message_user(request, said, messages.WARNING)
    return file


def take_back_page(
    site: admin.ModelAdmin, request: HttpRequest, file: SettlementFile
) -> HttpResponse:
    if request.method == "POST":
        try:
            said, level = _take_back(site, request, file), messages.SUCCESS
        except FileRefused as refusal:
            said, level = f"{capfirst(str(refusal))}.", messages.ERROR
        site.message_user(request, said, level)
        return redirect(PAGE, file.pk)
    if file.state in DEAD_FILES:
        said = _("Nothing of this file counts: there is nothing to take back.")
        site.message_user(request, said, messages.INFO)
        return redirect(PAGE, file.pk)
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Take back %(file)s") % {"file": file},
        "media": site.media + forms.Media(css=STYLE),
        "original": file,
        "form": forms.Form(),
        "booked": decided_about(file),
    }
    return TemplateResponse(request, "payments/admin/books/take_back.html", context)


def _take_back(site: admin.ModelAdmin, request: HttpRequest, file: SettlementFile) -> str:
    with transaction.atomic():
        _check_may_undo(request, file)
        taken = take_back(file.pk, by=request.user.pk)
        if taken:
            site.log_change(request, file, _("Taken back"))
    if taken:
        return _("Nothing of this file counts any more. Upload the corrected one.")
    return _("This was done already. Nothing more happened.")


def _check_may_undo(request: HttpRequest, file: SettlementFile) -> None:
    """Whoever may not settle a discrepancy does not undo what others have decided of one."""
    if file.state in DEAD_FILES or request.user.has_perm(RESOLVE):
        return
    if booked := decided_about(file):
        refused = ngettext(
            "%(count)s decision rests on this file, and you may not settle discrepancies: have "
            "somebody take it back who may",
            "%(count)s decisions rest on this file, and you may not settle discrepancies: have "
            "somebody take it back who may",
            booked,
        )
        raise FileRefused(refused % {"count": booked})
