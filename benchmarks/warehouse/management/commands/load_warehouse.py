"""Fills the empty warehouse from a CSV of sku, name, price in pence and stock."""

import csv
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from benchmarks.warehouse.models import Item


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: object) -> None:
        with file.open(encoding="utf-8", newline="") as text:
            rows = [
                Item(sku=sku, name=name, price=int(price), stock=int(stock))
                for sku, name, price, stock in csv.reader(text)
            ]
        Item.objects.bulk_create(rows, batch_size=500)
        self.stdout.write(f"{len(rows)} items in the warehouse")
