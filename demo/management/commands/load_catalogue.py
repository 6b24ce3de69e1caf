"""Puts the products of a shop's sales files on the shelves."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from demo.loading.files import UnreadableFile
from demo.loading.gather import gather
from demo.loading.report import many, report
from demo.loading.shelve import put_on_shelves

TELL_EVERY = 50_000
MOST_STOCK = 1_000_000


class Command(BaseCommand):
    help = (
        "Load products from sales files: CSV, plain or gzipped, one line a sale. Safe to repeat: "
        "what is there keeps its stock, its address and its shelf."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--stock", type=_pieces, default=100, help="pieces of each new product (100)"
        )

    def handle(self, *_args: object, files: list[Path], stock: int, **_options: object) -> None:
        try:
            gathered = gather(files, tell=self._tell)
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        if gathered.products:
            self._say(f"Writing {many(len(gathered.products), 'product')} …")
        shelved = put_on_shelves(gathered.products, stock=stock)
        for line in report(gathered, shelved):
            self.stdout.write(line)

    def _tell(self, lines: int) -> None:
        if lines % TELL_EVERY == 0:
            self._say(f"{lines:,} lines read …")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _pieces(text: str) -> int:
    if not (text.isdecimal() and len(text) < 8 and 1 <= int(text) <= MOST_STOCK):  # noqa: PLR2004  # digits of a million
        raise ArgumentTypeError(f"{text!r} is not a number of pieces from 1 to {MOST_STOCK:,}")
    return int(text)
