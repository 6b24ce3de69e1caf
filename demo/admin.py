"""Fernhill's shelves in the admin: price, stock, and why the stock moved."""

from django.contrib import admin

from demo.models import Product, StockMovement
from orders.admin import FactsAdmin


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "sku", "category", "price", "currency", "stock", "active"]
    list_editable = ["stock", "active"]
    list_filter = ["category", "active"]
    search_fields = ["name", "sku"]


@admin.register(StockMovement)
class StockMovementAdmin(FactsAdmin):
    list_display = ["moved_at", "ref", "sku", "direction", "quantity"]
    search_fields = ["ref", "sku"]
