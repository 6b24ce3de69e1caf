"""The permissions for the books, and the addresses of their pages."""

from __future__ import annotations

from django.urls import reverse

from payments.models import Discrepancy, SettlementFile

SEE = "payments.view_discrepancy"
RESOLVE, APPROVE = "payments.resolve_discrepancy", "payments.approve_discrepancy"
SEE_FILES, IMPORT = "payments.view_settlementfile", "payments.import_settlementfile"
UPLOAD = reverse("admin:payments_settlementfile_upload")


def page_of(row: Discrepancy) -> str:
    return reverse("admin:payments_discrepancy_change", args=[row.pk])


def deed_url(row: Discrepancy, act: str) -> str:
    return reverse("admin:payments_discrepancy_act", args=[row.pk, act])


def file_page(file: SettlementFile) -> str:
    return reverse("admin:payments_settlementfile_change", args=[file.pk])


def take_back_url(file: SettlementFile) -> str:
    return reverse("admin:payments_settlementfile_take_back", args=[file.pk])
