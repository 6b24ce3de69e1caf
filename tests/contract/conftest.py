"""Each test of the contract runs for each provider that tests/contract/providers.py names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils.module_loading import import_string

from tests.contract.cast import Seller, methods_of
from tests.contract.providers import RIGS
from tests.contract.rig import Rig


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--provider", choices=sorted(RIGS), help="try this provider only")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Provider first, so that an id reads "sandbox-JPY"; `method` and `saving` are its methods."""
    if "rig" not in metafunc.fixturenames:
        return
    only = metafunc.config.getoption("provider", None)
    names = [only] if only else list(RIGS)
    method = next((each for each in ("method", "saving") if each in metafunc.fixturenames), None)
    if method is None:
        params = [pytest.param(name, marks=pytest.mark.contract) for name in names]
        metafunc.parametrize("rig", params, indirect=True, scope="session")
        return
    pairs = [
        pytest.param(name, each, marks=pytest.mark.contract, id=f"{name}-{each.method}")
        for name in names
        for each in methods_of(name)
        if each.can_save or method == "method"
    ]
    metafunc.parametrize(("rig", method), pairs, indirect=["rig"], scope="session")


@pytest.fixture(scope="session")
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made: Rig = import_string(RIGS[request.param])(tmp_path_factory.mktemp(request.param))
    yield made
    made.close()


@pytest.fixture
def seller(rig: Rig) -> Seller:
    """With an account of its own, so that no test sees another's payments."""
    return Seller(rig, rig.open_account())


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()
