"""What the shopper sees before and after paying: cart, checkout, order page."""
