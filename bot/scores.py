"""`--score`: how well annotated conversations are understood, in the figures that we publish."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from bot.desk_errors import DeskError
from bot.recorded import read_recording
from bot.replay import replayed
from bot.replay_report import Became
from handlers.understanding.meaning import Outcome, Place
from handlers.understanding.normal import is_chinese
from handlers.understanding.reader import Reader
from handlers.understanding.scoring import Prediction, Reads, Tally, golds_of, predict, score
from handlers.understanding.transcripts import Conversation, TranscriptError, read_transcripts


async def score_reading(file: Path, reader: Reader, *, folds: int, as_json: bool) -> int:
    """Print the figures of a reader on a file; with folds, of readers that never saw the part."""
    conversations = _read(file)
    tallies: dict[str, Tally] = {}
    for each, by in _readers(conversations, reader, folds):
        tally = tallies.setdefault(_language(each), Tally())
        tally.add(score(predict(by, each), golds_of(each)))
    return _show(tallies, as_json=as_json)


async def score_replay(file: Path, *, as_json: bool) -> int:
    """Print the figures of the whole program on a file."""
    names = {each[0].conv: each for each in _read(file)}
    tallies: dict[str, Tally] = {}
    async for recording, became in replayed(list(read_recording(file))):
        conversation = names[recording.name]
        said = {each.n: prediction_of(each) for each in became}
        tally = tallies.setdefault(_language(conversation), Tally())
        tally.add(score(said, golds_of(conversation)))
    return _show(tallies, as_json=as_json)


def prediction_of(became: Became) -> Prediction:
    """What became of a message in a replay, as a prediction."""
    place = Place(**(became.place or {}))
    return Prediction(
        Outcome(became.outcome), became.of, became.category, became.urgency, became.kind, place
    )


def _read(file: Path) -> list[Conversation]:
    try:
        return read_transcripts(file)
    except TranscriptError as error:
        raise DeskError("transcript_wrong", why=error) from None
    except OSError as error:
        raise DeskError("transcript_wrong", why=f"{file}: {error.strerror}") from None


def _readers(
    conversations: Sequence[Conversation], reader: Reader, folds: int
) -> list[tuple[Conversation, Reads]]:
    if not folds:
        return [(each, reader) for each in conversations]
    try:
        from handlers.understanding.corpus import corpus
        from handlers.understanding.fit_belongs import crossed_on
    except ModuleNotFoundError:
        raise DeskError("learn_missing") from None
    found: list[tuple[Conversation, Reads]] = []
    for k, model in enumerate(crossed_on(corpus(conversations), folds)):
        fitted = Reader(model)
        found += [(each, fitted) for each in conversations[k::folds]]
    return found


def _language(conversation: Conversation) -> str:
    chinese = sum(is_chinese(line.text) for line in conversation)
    return "zh" if 2 * chinese >= len(conversation) else "en"


def _show(tallies: dict[str, Tally], *, as_json: bool) -> int:
    figures = {name: tally.figures() for name, tally in sorted(tallies.items())}
    if as_json:
        typer.echo(json.dumps(figures))
        return 0
    for name, each in figures.items():
        typer.echo(f"{name}: {tallies[name].messages} messages, {tallies[name].reports} reports")
        for figure, value in each.items():
            shown = f"{value:.1f}" if figure == "emergency_false" else f"{value:.3f}"
            typer.echo(f"  {figure:<18}{shown:>8}")
    return 0
