"""One module knows where samples lie, and says why there are none."""

from pathlib import Path

import pytest

from benchmarks import samples


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data" / "online-retail").mkdir(parents=True)
    monkeypatch.setenv("TILL_SAMPLES", str(tmp_path))
    assert samples.online_retail().folder == tmp_path / "data" / "online-retail"


def test_a_missing_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILL_SAMPLES", str(tmp_path))
    found = samples.online_retail()
    assert found.folder is None
    assert f"no samples at {tmp_path}" in found.reason


def test_without_it_the_folder_beside_the_project_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TILL_SAMPLES", raising=False)
    assert str(samples.ROOT.parent / "shared") in samples.find("nowhere").reason
