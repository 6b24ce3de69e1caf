"""`python -m tests.fakes.stripe [--port N]`: a stand-in to click by hand.

Prints its address and the keys of one merchant as one line of JSON, and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict

from tests.fakes.stripe.fake import Fake


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fakes.stripe")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--webhook-url", default="")
    given = options.parse_args()
    stops = {signal.SIGINT, signal.SIGTERM}
    # Before there are threads: they inherit the mask, so that the signal is waited for here only.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with Fake(port=given.port) as fake:
        merchant = fake.open_account(webhook_url=given.webhook_url)
        sys.stdout.write(json.dumps({"url": fake.url, **asdict(merchant)}) + "\n")
        sys.stdout.flush()
        signal.sigwait(stops)
    return 0


if __name__ == "__main__":
    sys.exit(main())
