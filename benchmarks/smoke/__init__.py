"""The demo shop from outside, once through: three orders, two refunds, every total checked."""
