"""Secrets of a data folder: made once, kept, readable by their owner only."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.fernet import Fernet

from config.keys import derived_key, kept_secret


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(kept_secret, [tmp_path / "secret"] * 8))
    assert secrets == {kept_secret(tmp_path / "secret")}


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    kept_secret(tmp_path / "secret")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_derived_key_seals_and_differs_by_purpose() -> None:
    Fernet(derived_key("secret", "one"))
    assert derived_key("secret", "one") != derived_key("secret", "two")
