"""`linli rotate-key` as an operator calls it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from storage.secrets import new_key
from tests.bot.commanding import alone, run

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "neighbourhood.yaml"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    alone(monkeypatch, tmp_path)


def keys(name: str = "secret.key") -> list[str]:
    return (Path("data") / name).read_text().split()


def test_the_file_gets_a_new_key_and_the_old_one_stands_aside() -> None:
    assert run("import", EXAMPLE).exit_code == 0
    before, (old,) = run("export").output, keys()
    result = run("rotate-key")
    assert result.exit_code == 0
    assert "sealed anew" in result.output
    (new,) = keys()
    assert new != old
    (aside,) = [each for each in Path("data").iterdir() if "until" in each.name]
    assert keys(aside.name) == [old]
    for file in ("secret.key", aside.name):
        assert stat.S_IMODE((Path("data") / file).stat().st_mode) == 0o600
    assert run("export").output == before


def test_one_that_was_killed_is_gone_on_with_and_all_old_keys_are_kept() -> None:
    assert run("import", EXAMPLE).exit_code == 0
    before, (old,) = run("export").output, keys()
    begun = new_key()
    Path("data/secret.key").write_text(f"{begun}\n{old}")
    told = json.loads(run("rotate-key", "--json").output)
    assert told["rotated"]
    assert keys() == [begun]
    run("rotate-key")
    (aside,) = [each for each in Path("data").iterdir() if "until" in each.name]
    assert keys(aside.name) == [begun, old]
    assert run("export").output == before


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", [["export"], ["import", EXAMPLE], ["rotate-key"]])
def test_no_new_key_is_made_for_a_database_that_is_sealed(
    monkeypatch: pytest.MonkeyPatch, language: str, command: list[str]
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    assert run("import", EXAMPLE).exit_code == 0
    file, before = Path("data/secret.key"), run("export").output
    file.rename("copy.key")
    refused = run(*command)
    assert refused.exit_code == 2
    for word in ("secret.key", "--without-old-key", "linli import"):
        assert word in refused.output
    assert not list(Path("data").glob("*.key*"))
    monkeypatch.setenv("LINLI_DATABASE_URL", "sqlite:///data/new.db")
    assert run("import", EXAMPLE).exit_code == 0, "lost for good, one begins anew, as it says"
    monkeypatch.delenv("LINLI_DATABASE_URL")
    Path("copy.key").replace(file)
    assert run("export").output == before


def test_with_a_key_in_the_environment_it_says_what_to_do_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = new_key(), new_key()
    monkeypatch.setenv("LINLI_SECRET_KEY", old)
    assert run("import", EXAMPLE).exit_code == 0
    before = run("export").output
    refused = run("rotate-key")
    assert refused.exit_code == 2
    assert "new,old" in refused.stderr
    monkeypatch.setenv("LINLI_SECRET_KEY", f"{new},{old}")
    assert run("rotate-key").exit_code == 0
    monkeypatch.setenv("LINLI_SECRET_KEY", new)
    assert run("export").output == before
    monkeypatch.setenv("LINLI_SECRET_KEY", old)
    assert run("export").exit_code == 2, "the old key opens nothing any more"
