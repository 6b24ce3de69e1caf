"""Keeps the mail the demo sends as rows, so that a visitor can read it at /mail/."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from demo.models import DemoMail


class MailboxBackend(BaseEmailBackend):
    """An e-mail backend whose letter box is a table."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        letters = [_letter(message) for message in email_messages if message.recipients()]
        for letter in letters:
            letter.save(force_insert=True)
        return len(letters)


def _letter(message: EmailMessage) -> DemoMail:
    return DemoMail(
        recipient=", ".join(message.recipients())[:320],
        sender=message.from_email[:320],
        subject=str(message.subject)[:300],
        text=str(message.body),
    )
