"""Applies stored webhook events again, and says of each what came of it."""

from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.errors import NothingToReplay
from payments.models.inbox import REPLAYABLE
from payments.services.replay import Replayed, Wanted, choose, one_by_one, replay
from payments.states import InboxState


class Command(BaseCommand):
    help = (
        "Apply stored webhook events again: those given up, or those named. What is booked already "
        "is not booked again. Names what came of each; exit code 1 where one is not done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        states = [state.value for state in REPLAYABLE]
        parser.add_argument("ids", nargs="*", metavar="ID", help="the provider's ids of events")
        parser.add_argument("--account", default="", help="of this provider account only")
        parser.add_argument("--since", type=_moment, metavar="T", help="received at T or later")
        parser.add_argument("--until", type=_moment, metavar="T", help="received before T")
        parser.add_argument(
            "--state", choices=states, help="in this state; without ids: dead, with ids: any"
        )

    def handle(self, *_args: object, ids: Sequence[str], **given: Any) -> None:
        state = given["state"] or ("" if ids else InboxState.DEAD.value)
        chosen = {name: given[name] for name in ("account", "since", "until")}
        try:
            events = choose(Wanted(event_ids=tuple(ids), state=state, **chosen))
        except NothingToReplay as refusal:
            raise CommandError(f"Nothing was replayed: {refusal}.") from refusal
        told = Counter(self._tell(result) for result in replay(one_by_one(events)))
        if told[False]:
            raise CommandError(f"{told[False]} of {told.total()} are not done.")
        self.stdout.write(f"{told.total()} done.")

    def _tell(self, result: Replayed) -> bool:
        event = result.event
        said = "done" if result.done else f"{event.state}: {result.why}"
        self.stdout.write(f"{event.event_id}  {event.account.code}  {said}")
        return result.done


def _moment(text: str) -> datetime:
    """A date, or a date and time, of UTC where no zone is named."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            f"{text!r} is no moment in ISO 8601, such as 2026-11-25T14:00+00:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
