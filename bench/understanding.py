"""How well the reader understands what it never saw: `python -m bench.understanding`.

Cross-validated by conversation: the written transcripts are cut into folds; each fold is read by a
model that was fitted on all the others (and on the extra examples, which are never measured).
What was written in the manner of the same hands is cut and measured likewise ("zh beside").
`--replay` sends the same conversations through the whole program as well (`linli replay`) and
prints both, so that what the program adds or takes away is seen. `--errors FILE` writes every
message that went wrong. `--second-opinion` reads them once more with a scripted second opinion that
is always right, and with one that is wrong one time in five, and tells how often it was asked.
`--models FOLDER` keeps the models, and reads again with those that are there and were fitted on
the same examples for the same features.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.second_opinion import Consulted
from bot.recorded import Conversation as Recording
from bot.recorded import read_recording
from bot.replay import replayed
from bot.scores import prediction_of
from handlers.understanding.corpus import LANGUAGES, Corpus, checksum, corpus
from handlers.understanding.fit_belongs import Row, Weighed, crossed, weighed_by
from handlers.understanding.meaning import Outcome
from handlers.understanding.model import load_model, save_model
from handlers.understanding.reader import Reader
from handlers.understanding.reading import fingerprint
from handlers.understanding.scoring import (
    Prediction,
    Tally,
    golds_of,
    predict,
    report_of,
    same_place,
    score,
)
from handlers.understanding.transcripts import (
    EXAMPLES,
    Conversation,
    Gold,
    GoldPlace,
)

#: The corpus, laid here before the workers are forked, so that they share it.
STAGE: list[Corpus] = []


def first(k: int, count: int, folder: Path) -> dict[int, list[Row]]:
    """Fit without the k-th fold, all heads but the last; what that one looks at in the fold."""
    whole = STAGE[0]
    model = whole.fit_without(k, count)
    save_model(model, _kept(folder, "first", k, count))
    return weighed_by(model, whole, whole.left_out(k, count))


def complete(weighed: Sequence[Weighed], folder: Path) -> None:
    """Fit the last head of each fold on what was looked at in the others."""
    count = len(weighed)
    firsts = (load_model(_kept(folder, "first", k, count)) for k in range(count))
    for k, model in enumerate(crossed(firsts, weighed)):
        save_model(model, _kept(folder, "fold", k, count))


def _kept(folder: Path, name: str, k: int, count: int) -> Path:
    """Where the model without the k-th of so many folds is kept."""
    return folder / f"{name}{k}of{count}-{_made_of()}.bin"


@cache
def _made_of() -> str:
    """Of which examples and features: models of others are not read with."""
    return f"{checksum():08x}{fingerprint():08x}"


def fold(k: int, count: int, folder: Path, *, replay: bool, opinion: bool) -> dict[str, Any]:
    """Read the k-th fold with the model that never saw it; tallies and errors by language."""
    whole = STAGE[0]
    tested = {language: own[k::count] for language, own in whole.measured.items()}
    reader = Reader(load_model(_kept(folder, "fold", k, count)))
    found: dict[str, Any] = {}
    for language, own in tested.items():
        conversations = [whole.conversations[each] for each in own]
        found[language] = _measure(reader, conversations, language, replay=replay)
        if opinion:
            found[language] |= _consulted(reader, conversations)
        beside = [whole.conversations[each] for each in whole.beside[language][k::count]]
        found[language]["beside"] = _measure(reader, beside, language, replay=False)["read"]
    return found


#: How often a scripted second opinion is wrong, by the name of its figures.
ERRS = {"opinion": 0.0, "opinion -1/5": 0.2}


def _consulted(reader: Reader, conversations: Sequence[Conversation]) -> dict[str, Any]:
    found: dict[str, Any] = {"calls": Counter[str](), "signs": 0}
    for name, errs in ERRS.items():
        found[name] = Tally()
        for conversation in conversations:
            consulted = Consulted(reader, conversation, errs)
            found[name].add(score(predict(consulted, conversation), golds_of(conversation)))
            if not errs:
                found["calls"] += consulted.calls
                found["signs"] += consulted.signs
    return found


def _measure(
    reader: Reader, conversations: Sequence[Conversation], language: str, *, replay: bool
) -> dict[str, Any]:
    tally, errors = Tally(), list[dict[str, Any]]()
    for conversation in conversations:
        said = predict(reader, conversation)
        tally.add(score(said, golds_of(conversation)))
        errors += wrong(conversation, said)
    found: dict[str, Any] = {"read": tally, "errors": errors}
    if replay:
        names = {conversation[0].conv: conversation for conversation in conversations}
        found["replay"], found["differ"] = asyncio.run(_replay(reader, names, language))
    return found


async def _replay(
    reader: Reader, names: dict[str, Conversation], language: str
) -> tuple[Tally, list[dict[str, Any]]]:
    tally, differ = Tally(), list[dict[str, Any]]()
    recordings = [
        each
        for each in read_recording(EXAMPLES / f"transcripts_{language}.jsonl")
        if each.name in names
    ]
    async for recording, became in replayed(recordings, lambda _: reader):
        conversation = names[recording.name]
        said = {each.n: prediction_of(each) for each in became}
        tally.add(score(said, golds_of(conversation)))
        differ += _differences(recording, predict(reader, conversation), said)
    return tally, differ


def _differences(
    recording: Recording, read: dict[int, Prediction], replayed_as: dict[int, Prediction]
) -> list[dict[str, Any]]:
    return [
        {
            "conv": recording.name,
            "n": line.n,
            "text": line.text,
            "read": _short(read[line.n]),
            "replay": _short(replayed_as[line.n]),
        }
        for line in recording.lines
        if _short(read[line.n]) != _short(replayed_as[line.n])
    ]


def _short(said: Prediction) -> str:
    opened = said.outcome in (Outcome.OPEN, Outcome.ASK)
    of = said.of if said.outcome in (Outcome.JOIN, Outcome.DETAIL, Outcome.UPDATE) else None
    parts = [said.outcome, of, said.category if opened and said.outcome is Outcome.OPEN else None]
    return " ".join(str(part) for part in parts if part)


def wrong(conversation: Conversation, said: dict[int, Prediction]) -> list[dict[str, Any]]:
    """Each message whose reading differs from its annotation, and in what."""
    golds = golds_of(conversation)
    rows: list[dict[str, Any]] = []
    for line in conversation:
        faults = _faults(line.n, line.gold, said[line.n], golds)
        if faults:
            rows.append(
                {
                    "what": faults,
                    "conv": line.conv,
                    "n": line.n,
                    "text": line.text,
                    "gold": line.gold.model_dump(exclude_none=True, mode="json"),
                    "said": repr(said[line.n]),
                    "area": line.chat.area,
                    "home": repr(line.sender_home),
                    "role": line.role,
                }
            )
    return rows


def _faults(n: int, gold: Gold, said: Prediction, golds: dict[int, Gold]) -> list[str]:
    if gold.outcome is not said.outcome:
        return [f"{gold.outcome}>{said.outcome}"]
    if gold.of is not None and said.outcome is not Outcome.ANSWER:
        opener = golds.get(said.of or 0)
        right = opener is not None and report_of(said.of or 0, opener) == gold.of
        return [] if right else [f"{gold.outcome}>of"]
    if gold.outcome is not Outcome.OPEN:
        return []
    pairs = ("category", "urgency", "kind")
    found = [name for name in pairs if getattr(gold, name) != getattr(said, name)]
    return found + ([] if same_place(said.place, gold.place or GoldPlace()) else ["place"])


def show(name: str, tally: Tally) -> None:
    figures = tally.figures()
    print(f"{name:<16}" + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()))


def _show_opinions(results: Sequence[dict[str, Any]], language: str) -> None:
    for name in ERRS:
        show(f"{language} {name}", total(results, language, name))
    calls = sum((each[language]["calls"] for each in results), Counter[str]())
    messages = total(results, language, "read").messages
    signs = sum(each[language]["signs"] for each in results) / max(1, calls.total())
    by = ", ".join(f"{1000 * n / messages:.1f} {name}" for name, n in calls.most_common())
    print(
        f"{language}: {1000 * calls.total() / messages:.1f} calls per 1,000 messages ({by})", end=""
    )
    print(f", {signs:.0f} signs each")


def total(results: Iterable[dict[str, Any]], language: str, part: str) -> Tally:
    whole = Tally()
    for each in results:
        whole.add(each[language][part])
    return whole


def _results(asked: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    one = partial(first, count=asked.folds, folder=folder)
    two = partial(fold, count=asked.folds, folder=folder)
    two = partial(two, replay=asked.replay, opinion=asked.second_opinion)
    count = asked.folds
    there = all(_kept(folder, "fold", k, count).exists() for k in range(count))
    if not there:
        _ = STAGE[0].prepared  # before the workers are forked, so that they share it
    with ProcessPoolExecutor(asked.jobs, get_context("fork")) as pool:
        if not there:
            complete(list(pool.map(one, range(asked.folds))), folder)
        return list(pool.map(two, range(asked.folds)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--replay", action="store_true", help="through the whole program as well")
    parser.add_argument("--errors", type=Path, help="write what went wrong, as JSON lines")
    parser.add_argument("--second-opinion", action="store_true", help="and with one, scripted")
    parser.add_argument(
        "--models",
        type=Path,
        help="where the models of each fold are kept; those of the same examples are read again",
    )
    asked = parser.parse_args()
    STAGE.append(corpus())
    with TemporaryDirectory() as kept:
        results = _results(asked, asked.models or Path(kept))
    for language in LANGUAGES:
        show(f"{language} read", total(results, language, "read"))
        show(f"{language} beside", total(results, language, "beside"))
        if asked.second_opinion:
            _show_opinions(results, language)
        if asked.replay:
            show(f"{language} replay", total(results, language, "replay"))
            differ = [row for each in results for row in each[language]["differ"]]
            print(f"{language}: {len(differ)} messages became something else in the replay")
    if asked.errors:
        _write(asked.errors, results)


def _write(file: Path, results: Sequence[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as stream:
        for each in results:
            for language in LANGUAGES:
                for row in [*each[language]["errors"], *each[language].get("differ", [])]:
                    stream.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
