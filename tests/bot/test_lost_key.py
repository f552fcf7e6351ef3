"""`linli rotate-key --without-old-key` as an operator calls it whose key is gone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.secrets import new_key
from tests.bot.commanding import alone, run
from tests.bot.desks import DATABASE, EXAMPLE

WITHOUT = ("rotate-key", "--without-old-key")
KEY = Path("data/secret.key")


@pytest.fixture(autouse=True)
def _imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    alone(monkeypatch, tmp_path)
    assert run("import", EXAMPLE).exit_code == 0


def sealed() -> tuple[int, int]:
    """How many phones and homes stand sealed in the database."""
    with closing(sqlite3.connect(DATABASE)) as database:
        ((phones, homes),) = database.execute(
            "SELECT (SELECT count(phone) FROM person), (SELECT count(home) FROM residence)"
        )
    return phones, homes


def backups() -> list[Path]:
    return sorted(Path("data/backups").glob("*"))


@pytest.mark.parametrize(("language", "word"), [("en", "give up"), ("zh", "放弃")])
def test_what_is_lost_is_told_asked_about_backed_up_and_emptied(
    monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", language)
    phones, homes = sealed()
    assert phones
    assert homes
    before = run("export").output
    KEY.rename("copy.key")
    refused = run("export")
    assert "--without-old-key" in refused.output, "the way is named where one stands still"
    result = run(*WITHOUT, given=f"{word}\n")
    assert result.exit_code == 0
    for told in (f"{phones}", f"{homes}", word, "linli import", "linli restore"):
        assert told in result.output
    assert sealed() == (0, 0)
    (saved,) = backups()
    assert saved.name.startswith("before-new-key-linli-")
    assert KEY.read_text() != Path("copy.key").read_text()
    assert "phone" not in run("export").output
    assert run("import", EXAMPLE).exit_code == 0
    assert sealed()[0] == phones, "the lists fill it again"
    assert run("restore", "--replace", saved).exit_code == 0
    Path("copy.key").replace(KEY)  # it was found
    assert run("export").output == before


@pytest.mark.parametrize("given", ["", "yes\n", "\n"])
def test_without_the_word_nothing_is_changed(given: str) -> None:
    before = sealed()
    KEY.rename("copy.key")
    refused = run(*WITHOUT, given=given)
    assert refused.exit_code == 2
    assert "--yes" in refused.output
    assert sealed() == before
    assert not backups()
    assert not KEY.exists()


def test_a_program_says_yes_and_reads_json() -> None:
    phones, homes = sealed()
    KEY.write_text(new_key())  # another one was put there
    refused = run(*WITHOUT, "--json")
    assert refused.exit_code == 2
    assert sealed() == (phones, homes)
    told = json.loads(run(*WITHOUT, "--yes", "--json").output)
    assert (told["phones"], told["homes"], told["names"]) == (phones, homes, 0)
    assert Path(told["saved"]).is_file()
    assert sealed() == (0, 0)
    assert run("doctor").exit_code in (0, 1), "it starts again"


def test_a_key_that_is_here_is_not_given_up() -> None:
    before = sealed()
    refused = run(*WITHOUT, "--yes")
    assert refused.exit_code == 2
    assert "linli rotate-key" in refused.output
    assert sealed() == before


def test_one_that_stands_beside_is_named() -> None:
    before, aside = sealed(), Path("data/secret.key.until-20260101")
    KEY.rename(aside)
    refused = run(*WITHOUT, "--yes")
    assert refused.exit_code == 2
    assert str(aside) in refused.output
    assert sealed() == before
    assert not backups()


def test_of_the_environment_the_keys_given_are_those_that_are_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    KEY.unlink()
    monkeypatch.setenv("LINLI_SECRET_KEY", new_key())
    assert run("export").exit_code == 2
    assert run(*WITHOUT, "--yes").exit_code == 0
    assert run("export").exit_code == 0
    assert not KEY.exists()


def test_it_wants_to_be_alone() -> None:
    before = sealed()
    KEY.unlink()
    with closing(sqlite3.connect(DATABASE)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT count(*) FROM person").fetchone()
        refused = run(*WITHOUT, "--yes")
    assert refused.exit_code == 2
    assert "running" in refused.output
    assert sealed() == before
    assert not backups()


def test_an_empty_database_has_lost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_DATABASE_URL", "sqlite:///data/new.db")
    assert run(*WITHOUT, "--yes").exit_code == 2
    assert not Path("data/new.db").exists()
