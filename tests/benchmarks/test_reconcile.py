"""A small world of the bench: all that is wrong in it is found, nothing else, and days add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reconcile import fill, measure
from benchmarks.reconcile.made import World
from payments.models import ProviderAccount
from payments.reconciliation.run import reconcile

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 4_000


def test_every_planted_fault_is_found_and_every_day_is_explained(tmp_path: Path) -> None:
    world = World(tmp_path, LINES, "r2")
    fill.fill(world)
    world.save_faults(tmp_path / "faults.json")
    measure.import_files(tmp_path)
    reconcile(ProviderAccount.objects.get(code="bench"))

    found = measure.compared(tmp_path)

    assert found["injected"] == len(world.faults) > 0
    assert (found["found"], found["extra"]) == (found["injected"], 0)
    assert found["unexplained"] == 0
