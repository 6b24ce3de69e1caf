"""What staff see in Django's admin: orders, their money, events, reviews, disputes, books."""

from django.contrib import admin

from orders.models import CancellationRequest, Order, ReturnReason, ReturnRequest
from payments.admin.account import AccountAdmin
from payments.admin.approve import RefundAdmin, RefundReasonAdmin
from payments.admin.books.discrepancy import DiscrepancyAdmin
from payments.admin.books.file import FileAdmin
from payments.admin.books.payout import PayoutAdmin
from payments.admin.dispute import DisputeAdmin
from payments.admin.goods import ReasonAdmin
from payments.admin.inbox import InboxAdmin
from payments.admin.ledger import EntryAdmin
from payments.admin.order import OrderAdmin
from payments.admin.payment import PaymentAdmin
from payments.admin.proof import ProofAdmin
from payments.admin.returns import ReturnAdmin
from payments.admin.review import ReviewAdmin
from payments.admin.wish import WishAdmin
from payments.models import (
    DayBalance,
    Discrepancy,
    Dispute,
    Entry,
    InboxEvent,
    Payment,
    Payout,
    ProviderAccount,
    Refund,
    RefundReason,
    Review,
    SettlementFile,
)

admin.site.register(Order, OrderAdmin)
admin.site.register(ReturnRequest, ReturnAdmin)
admin.site.register(ReturnReason, ReasonAdmin)
admin.site.register(CancellationRequest, WishAdmin)
admin.site.register(InboxEvent, InboxAdmin)
admin.site.register(Review, ReviewAdmin)
admin.site.register(Dispute, DisputeAdmin)
admin.site.register(Refund, RefundAdmin)
admin.site.register(RefundReason, RefundReasonAdmin)
admin.site.register(Payment, PaymentAdmin)
admin.site.register(Entry, EntryAdmin)
admin.site.register(DayBalance, ProofAdmin)
admin.site.register(Discrepancy, DiscrepancyAdmin)
admin.site.register(SettlementFile, FileAdmin)
admin.site.register(Payout, PayoutAdmin)
admin.site.register(ProviderAccount, AccountAdmin)
