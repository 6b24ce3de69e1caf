"""What Fernhill sells, how much of it is left, and the mail it has sent."""

from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.db import models
from django.db.models import Q
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from demo.kinds import Category, stand_in
from demo.readable import readable_name
from demo.search import SearchText
from orders.money import Money

CURRENCY = "GBP"
LOW_STOCK = 5
LONGEST_NAME = 200
LONGEST_SKU = 64


class Product(models.Model):
    sku = models.CharField(_("SKU"), max_length=LONGEST_SKU, unique=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    description = models.TextField(_("description"), blank=True)
    category = models.CharField(
        _("category"), max_length=16, choices=Category, default=Category.OTHER
    )
    price = models.PositiveIntegerField(_("price"), help_text=_("In minor units: 2400 is £24.00."))
    currency = models.CharField(_("currency"), max_length=3, default=CURRENCY)
    picture = models.CharField(
        _("picture"), max_length=200, blank=True, help_text=_("Path below the static files.")
    )
    stock = models.IntegerField(_("stock"), default=0)
    active = models.BooleanField(_("for sale"), default=True)
    search = SearchText()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            models.Index(fields=["active", "category", "id"], name="demo_product_listing"),
            models.Index(fields=["active", "price", "id"], name="demo_product_by_price"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="demo_stock_not_negative"),
            models.CheckConstraint(condition=Q(price__gt=0), name="demo_price_above_zero"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return _page_of(self.slug)

    @property
    def money(self) -> Money:
        return Money(self.price, self.currency)

    @property
    def title(self) -> str:
        """The name as shoppers read it."""
        return readable_name(self.name)

    @property
    def image(self) -> str:
        """Where the picture is; a drawing stands in where none is named or none is found."""
        return (self.picture and _found(self.picture)) or self._stand_in

    @property
    def _stand_in(self) -> str:
        path, colour = stand_in(self.name, self.sku)
        return f"{static(path)}#{colour}"

    @property
    def is_low(self) -> bool:
        return 0 < self.stock <= LOW_STOCK


@lru_cache(maxsize=4096)  # a page of products looks each of them up, and that costs a tenth of it
def _page_of(slug: str) -> str:
    return reverse("demo:product", args=[slug])


def _found(picture: str) -> str:
    """The address of a static file, or nothing where there is no such file."""
    try:
        return _address(picture)
    except (ValueError, SuspiciousOperation, FileNotFoundError):
        return ""  # not among the collected, or outside of them


@lru_cache(maxsize=4096)  # keeps what is there; what is missing raises and is looked for again
def _address(picture: str) -> str:
    found = finders.find(picture)
    if not (found and Path(found).is_file()):
        raise FileNotFoundError(picture)
    return static(picture)


class StockMovement(models.Model):
    """One SKU taken for, or given back by, one ref: the row that makes a repeat harmless."""

    class Direction(models.TextChoices):
        TAKE = "take", _("taken")
        BACK = "back", _("given back")

    ref = models.CharField(_("reference"), max_length=64)
    sku = models.CharField(_("SKU"), max_length=64)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    quantity = models.PositiveIntegerField(_("quantity"))
    moved_at = models.DateTimeField(_("moved at"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                fields=["ref", "sku", "direction"], name="demo_one_movement_per_ref"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="demo_movement_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.sku} {self.direction} {self.quantity}"


class DemoMail(models.Model):
    """A mail the demo would have sent, kept so that a visitor can read it at /mail/."""

    recipient = models.CharField(_("to"), max_length=320)
    sender = models.CharField(_("from"), max_length=320)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")

    def __str__(self) -> str:
        return self.subject
