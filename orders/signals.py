"""What an installer may listen to. Sent after the commit; inside Till nobody listens."""

from django.dispatch import Signal

order_paid = Signal()
"""Arguments: order (orders.models.Order). All the money an order asked for has arrived."""
