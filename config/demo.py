"""`make demo`: the shop on this machine until Ctrl-C; data and passwords stay for the next time."""

import re
import signal
import sys
import threading
from types import FrameType

from config.environment import DATA, text
from config.stack import Stack, StackError

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST_PORT = 65535
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
    for name in STOPS:  # a script's background job is started with SIGINT ignored
        signal.signal(name, _interrupt)
    named = {"TILL_BASE_URL": public} if (public := text("TILL_BASE_URL")) else {}
    try:
        with Stack(DATA, ports=_ports(), environment=named, say=say) as stack:
            say(_welcome(stack))
            _until_interrupted()
            say("Stopping …")
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("Stopped before the shop was open.")
    return 0


def _ports() -> tuple[int, int]:
    shop, bank = _port("PORT", "8000"), _port("BANK_PORT", "8001")
    if shop == bank:
        raise StackError(
            f"PORT and BANK_PORT are both {shop}, but the shop and the sandbox bank need a port "
            f"each: make demo PORT={shop} BANK_PORT={shop + 1 if shop < LAST_PORT else shop - 1}"
        )
    return shop, bank


def _port(variable: str, default: str) -> int:
    value = text(variable, default).strip()
    number = int(value) if re.fullmatch("[0-9]{1,5}", value) else 0
    if not 1 <= number <= LAST_PORT:
        raise StackError(
            f"{variable} is {value!r}, but a port is a number from 1 to {LAST_PORT}: "
            f"make demo {variable}={default}"
        )
    return number


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
        for name in STOPS:
            signal.signal(name, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
