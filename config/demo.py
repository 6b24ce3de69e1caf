"""`make demo`: the shop on this machine until Ctrl-C; data and passwords stay for the next time."""

import signal
import sys
import threading
from types import FrameType

from config.environment import DATA, text
from config.stack import Stack, StackError

WELCOME = """
The shop is open.

  Shop           {shop}/
  Sent mail      {shop}/mail/
  Admin          {shop}/admin/    user: admin    password: {password}
  Sandbox bank   {bank}/

  Data and logs  {data}
  Stop           Ctrl-C (the data stay; delete the folder to start afresh)
"""


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    ports = int(text("PORT", "8000")), int(text("BANK_PORT", "8001"))
    named = {"TILL_BASE_URL": public} if (public := text("TILL_BASE_URL")) else {}
    try:
        with Stack(DATA, ports=ports, environment=named, say=say) as stack:
            say(_welcome(stack))
            _until_interrupted()
            say("Stopping …")
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("Stopped before the shop was open.")
    return 0


def _welcome(stack: Stack) -> str:
    return WELCOME.format(
        shop=stack.base_url,
        bank=stack.bank_url,
        data=stack.data,
        password=stack.admin_password,
    )


def _until_interrupted() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
