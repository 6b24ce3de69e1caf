"""What staff see in Django's admin: orders with their money, events, reviews, accounts."""

from django.contrib import admin

from orders.models import Order
from payments.admin.account import AccountAdmin
from payments.admin.approve import ReasonAdmin, RefundAdmin
from payments.admin.inbox import InboxAdmin
from payments.admin.ledger import EntryAdmin
from payments.admin.order import OrderAdmin
from payments.admin.review import ReviewAdmin
from payments.models import Entry, InboxEvent, ProviderAccount, Refund, RefundReason, Review

admin.site.register(Order, OrderAdmin)
admin.site.register(InboxEvent, InboxAdmin)
admin.site.register(Review, ReviewAdmin)
admin.site.register(Refund, RefundAdmin)
admin.site.register(RefundReason, ReasonAdmin)
admin.site.register(Entry, EntryAdmin)
admin.site.register(ProviderAccount, AccountAdmin)
