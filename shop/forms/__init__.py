"""What shoppers type: checked here, decided elsewhere."""

from shop.forms.checkout import CheckoutForm, CountrySelect, LineForm
from shop.forms.order import CancelForm, NewLinkForm, ReturnForm

__all__ = [
    "CancelForm",
    "CheckoutForm",
    "CountrySelect",
    "LineForm",
    "NewLinkForm",
    "ReturnForm",
]
