"""`linli learn`: what people put right, what fitting with it changes, and the change itself."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.app import App
from bot.desk_errors import DeskError, write_whole
from bot.desk_work import desk_app
from bot.printing import echo
from bot.weights import fits, own_file
from config.settings import Settings, load_settings
from config.words import catalogue
from handlers.understanding.model import Model, save_model
from handlers.understanding.seen import Seen
from storage.queries import learning as query
from storage.queries.learning import Example

if TYPE_CHECKING:
    from handlers.understanding.taught import Figures, School

DONE = 0
#: Fewer corrections change nothing that could be told from chance.
LEAST = 10
#: What is compared of the annotated conversations (`linli understand --help` says what it means).
FIGURES = ("opened_f1", "false_alarms", "linked_f1", "category", "place", "emergency_recall")
#: So much less of what is opened rightly is worth a warning.
WORSE = 0.01


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    apply: bool = False
    revert: bool = False
    folds: int = 3
    most: int = 0  #: examples of each kind and language; 0: all
    as_json: bool = False


async def learn(wish: Wish) -> int:
    """Say what was put right; fit with it and compare; apply it or go back if told to."""
    settings = load_settings()
    if wish.apply and wish.revert:
        raise DeskError("learn_both")
    if wish.revert:
        return _revert(settings, as_json=wish.as_json)
    async with desk_app() as app:
        async with app.store.read() as store:
            found = await query.examples(store)
        return _learn(app, found, wish)


def _revert(settings: Settings, *, as_json: bool) -> int:
    own = own_file(settings)
    there = own.is_file()
    own.unlink(missing_ok=True)
    if as_json:
        typer.echo(json.dumps({"reverted": there}))
    else:
        typer.echo(_say(settings, "learn_reverted" if there else "learn_shipped_already"))
    return DONE


def _learn(app: App, found: Sequence[Example], wish: Wish) -> int:
    settings, told = app.settings, _Told(app, wish.as_json)
    told.corrections(found)
    try:
        school = _school(found, wish.most)
    except DeskError:
        told.end_early()
        raise
    before, after = school.compare(wish.folds, told.fold(wish.folds))
    told.comparison(before, after)
    if wish.apply:
        _write(own_file(settings), school.fit())
    told.end(applied=wish.apply)
    return DONE


def _school(found: Sequence[Example], most: int) -> School:
    if not found:
        raise DeskError("learn_nothing")
    if len(found) < LEAST:
        raise DeskError("learn_few", n=len(found), least=LEAST)
    try:
        from handlers.understanding.taught import School, Taught
    except ModuleNotFoundError:
        raise DeskError("learn_missing") from None
    rows = [each.correction for each in found]
    return School.of(
        [Taught(row.kind, Seen.of(row.seen), dict(row.right), row.text) for row in rows], most
    )


def _write(file: Path, model: Model) -> None:
    """All or nothing: a running bot that starts meanwhile reads the old weights or the new."""
    with tempfile.TemporaryDirectory(prefix="linli-learn-") as folder:
        made = Path(folder) / file.name
        save_model(model, made)
        write_whole(file, made.read_bytes())


def _say(settings: Settings, key: str, **values: object) -> str:
    return catalogue().say(settings.language, f"desk.{key}", **values)


class _Told:
    """What is printed, in words as it comes or in JSON at the end."""

    def __init__(self, app: App, as_json: bool) -> None:
        self._settings = app.settings
        self._as_json = as_json
        self._data: dict[str, Any] = {}

    def corrections(self, found: Sequence[Example]) -> None:
        """Counts by kind and group, and what was taken for what."""
        rows = [each.correction for each in found]
        own = own_file(self._settings)
        state = "shipped" if not own.is_file() else "own" if fits(own) else "outdated"
        counted = {
            "kinds": dict(Counter(row.kind for row in rows).most_common()),
            "groups": dict(Counter(each.group for each in found).most_common()),
            "categories": [
                {"was": was, "right": right, "n": n}
                for (was, right), n in Counter(
                    (row.was["category"], row.right["category"])
                    for row in rows
                    if "category" in row.right
                ).most_common()
            ],
            "with_words": sum(row.text is not None for row in rows),
        }
        self._data |= {"weights": state, "corrections": len(rows), **counted}
        if not self._as_json:
            self._lines(state, len(rows), counted)

    def _lines(self, state: str, n: int, counted: dict[str, Any]) -> None:
        typer.echo(self._word(f"learn_weights_{state}"))
        typer.echo(self._word("learn_corrections", n=n, words=counted["with_words"]))
        for kind, times in counted["kinds"].items():
            typer.echo(f"  {self._word(f'learn_kind.{kind}')}: {times}")
        for each in counted["categories"]:
            was, right = self._category(each["was"]), self._category(each["right"])
            echo(f"    {was} → {right}: {each['n']}")
        for group, times in counted["groups"].items():
            echo(f"  {group or '-'}: {times}")

    def _category(self, name: str) -> str:
        words, key = catalogue(), f"categories.{name}"
        return words.say(self._settings.language, key) if words.has(key) else name

    def fold(self, folds: int) -> Callable[[int], None]:
        """Says how far it is, to whoever waits."""

        def say(k: int) -> None:
            typer.echo(self._word("learn_fold", k=k, folds=folds), err=True)

        return say

    def comparison(self, before: Figures, after: Figures) -> None:
        """Each figure before and after, on what the reader never saw."""
        self._data["before"], self._data["after"] = _figures(before), _figures(after)
        worse = any(
            after.tallies[name].figures()["opened_f1"] < each.figures()["opened_f1"] - WORSE
            for name, each in before.tallies.items()
        )
        self._data["worse"] = worse
        if self._as_json:
            return
        typer.echo(self._word("learn_compared"))
        for name, old, new in _pairs(self._data["before"], self._data["after"]):
            typer.echo(f"  {name:<28}{old:>8.3f} → {new:.3f}")
        for kind, n in after.cases.items():
            name = self._word(f"learn_kind.{kind}")
            typer.echo(f"  {name}: {before.right[kind]} → {after.right[kind]} / {n}")
        if worse:
            typer.echo(self._word("learn_worse"))

    def end_early(self) -> None:
        """What was put right is told all the same."""
        if self._as_json:
            typer.echo(json.dumps({**self._data, "applied": False}, ensure_ascii=False))

    def end(self, *, applied: bool) -> None:
        """What was done, or how to do it."""
        self._data["applied"] = applied
        if self._as_json:
            typer.echo(json.dumps(self._data, ensure_ascii=False))
        else:
            typer.echo(self._word("learn_applied" if applied else "learn_how"))

    def _word(self, key: str, **values: object) -> str:
        return _say(self._settings, key, **values)


def _figures(figures: Figures) -> dict[str, Any]:
    shipped = {
        name: {each: round(tally.figures()[each], 4) for each in FIGURES}
        for name, tally in figures.tallies.items()
    }
    own = {
        kind: {"right": figures.right[kind], "n": n} for kind, n in sorted(figures.cases.items())
    }
    return {"transcripts": shipped, "corrections": own}


def _pairs(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, float, float]]:
    return [
        (f"{language} {name}", old, after["transcripts"][language][name])
        for language, figures in before["transcripts"].items()
        for name, old in figures.items()
    ]
