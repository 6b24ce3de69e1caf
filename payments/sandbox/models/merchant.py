"""Merchants, and the cards that their shoppers let them keep."""

from django.db import models
from django.utils import timezone


class Merchant(models.Model):
    """A shop with an account; the API key is kept as a hash, the secret because we sign with it.

    A capture costs `fee_basis_points` hundredths of a percent and `fee_fixed` minor units, a
    dispute `dispute_fee` minor units. `report_faults` says what is made wrong in reports;
    `closed_through` is the last day (UTC) that is closed: nothing is entered in it any more.
    """

    public_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    api_key_hash = models.CharField(max_length=64, unique=True)
    webhook_secret = models.CharField(max_length=80)
    webhook_url = models.CharField(max_length=2000, blank=True)
    fee_basis_points = models.PositiveIntegerField(default=140)
    fee_fixed = models.PositiveIntegerField(default=20)
    dispute_fee = models.PositiveIntegerField(default=1500)
    report_faults = models.JSONField(null=True, blank=True)
    closed_through = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "sandbox"

    def __str__(self) -> str:
        return self.name


class SavedCard(models.Model):
    """A card that one merchant may charge again; its token says how it behaves."""

    public_id = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="saved_cards")
    token = models.CharField(max_length=40)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "sandbox"

    def __str__(self) -> str:
        return self.public_id
