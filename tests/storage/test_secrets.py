"""The key file: made once, whole, by whichever process comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from storage.secrets import load_secrets


def test_those_who_start_together_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(load_secrets, [None] * 64, [tmp_path] * 64))
    assert len({each.fingerprints for each in made}) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]
