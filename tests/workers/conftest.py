"""Each test here runs on every broker that a site may have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from payments.queues import QUEUES
from tests.workers.brokers import Broker, a_rabbitmq, a_redis

PROBE = "probe"


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    with ExitStack() as stack:
        if request.param == "redis":
            yield stack.enter_context(a_redis(tmp_path / "redis"))
        else:
            yield stack.enter_context(a_rabbitmq(PROBE, *QUEUES))
