"""The adapter of Stripe: Checkout Sessions, on its page or on ours, and all that follows."""

from payments.providers.stripe.provider import StripeProvider

__all__ = ["StripeProvider"]
