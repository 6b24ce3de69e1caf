"""Sales, refunds, fees and payouts of any days, drawn, as tables and as CSV."""

from payments.admin.reports.page import may_see_reports, reports_csv, reports_page

__all__ = ["may_see_reports", "reports_csv", "reports_page"]
