"""How well places are put together, apart from all else: `python -m bench.places [--cut 1]`.

Every report of the written transcripts is read as one (its outcome and category as annotated), by
heads fitted without its fold: only those of the place, so that it takes a minute. `--cut` shuffles
the conversations before they are cut into three folds.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, product
from pathlib import Path

from handlers.understanding import placing, reading
from handlers.understanding.corpus import LANGUAGES, hand_of, load
from handlers.understanding.fit import fit_head
from handlers.understanding.meaning import Heard, Outcome, Place, Scene
from handlers.understanding.model import Model, assemble
from handlers.understanding.place_features import place_features, together_features
from handlers.understanding.preparing import Examples, Prepared, add_row
from handlers.understanding.scoring import same_place
from handlers.understanding.sources import PARTS, sources
from handlers.understanding.thresholds import THRESHOLDS
from handlers.understanding.transcripts import Conversation, Gold, GoldPlace, walk_gold

HEADS = (*PARTS, "together")
FOLDS = 3
Report = tuple[Heard, Scene, Gold]


def reports(conversation: Conversation) -> list[Report]:
    """The messages of a conversation that open something, in their scenes."""
    return [row for row in walk_gold(conversation) if row[2].outcome is Outcome.OPEN]


def prepared(groups: Sequence[Sequence[Report]], hands: Sequence[str]) -> Prepared:
    """The examples of the heads of the place; of each group who wrote it, "" for the measured."""
    found = {name: Examples() for name in HEADS}
    for group, rows in enumerate(groups):
        for row, name in product(rows, HEADS):
            add_row(found, name, row, group, hands[group])
    return found


def model_without(examples: Prepared, groups: set[int]) -> Model:
    """The heads fitted on these groups alone."""
    specs = {name: reading.HEADS[name] for name in HEADS}
    fitted = {
        name: fit_head(examples[name], groups, spec.penalty, spec.dropped)
        for name, spec in specs.items()
    }
    named = {name: reading.HEADS[name].table for name in HEADS}
    return assemble(fitted, named, THRESHOLDS, reading.fingerprint())


def read(model: Model, report: Report) -> Place:
    """Where a model puts a report."""
    heard, scene, gold = report
    found = sources(heard, scene)
    features = place_features(heard, scene, gold.category or "other")
    seen = {"place": model.see("place", features)}
    seen["together"] = model.see("together", together_features(features))
    chances = {name: model.chances(name, seen[reading.HEADS[name].table]) for name in HEADS}
    place, _ = placing.checked(
        placing.choose(heard, scene, found, chances), found.said, heard, scene
    )
    return placing.in_own_stairwell(place, heard.home) if gold.category == "lift" else place


class Tally(Counter[bool]):
    """How many places are right, and what is known of those that are not."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[dict[str, str]] = []

    def read_all(self, model: Model, reports: Iterable[Report]) -> None:
        """Count the reports as a model reads them."""
        for report in reports:
            place, gold = read(model, report), report[2].place or GoldPlace()
            right = same_place(place, gold)
            self[right] += 1
            if not right:
                heard, scene, _ = report
                shown = {"gold": gold, "said": place, "home": heard.home, "area": scene.area}
                where = {name: _short(each) for name, each in shown.items()}
                self.errors.append({"text": heard.text, **where})


def _short(place: Place | GoldPlace | None) -> str:
    parts = ("building", "unit", "floor", "room")
    return "/".join(getattr(place, part, None) or "-" for part in parts)


def crossed(
    groups: Sequence[Sequence[Report]],
    examples: Prepared,
    measured: dict[str, list[Conversation]],
) -> dict[str, Tally]:
    """How many places are right, by language; nothing is read by what was fitted on it."""
    found = {language: Tally() for language in measured}
    for k in range(FOLDS):
        tested: dict[str, range] = {}
        first = 0
        for language, own in measured.items():
            tested[language] = range(first + k, first + len(own), FOLDS)
            first += len(own)
        model = model_without(examples, set(range(len(groups))) - set(chain(*tested.values())))
        for language, some in tested.items():
            found[language].read_all(model, chain.from_iterable(groups[n] for n in some))
    return found


def unseen(groups: Sequence[Sequence[Report]], examples: Prepared) -> dict[str, Tally]:
    """The same for the conversations that nothing is ever fitted on, by heads fitted on all."""
    found, model = dict[str, Tally](), model_without(examples, set(range(len(groups))))
    for language in LANGUAGES:
        tally = found[f"{language} fresh"] = Tally()
        tally.read_all(model, chain.from_iterable(map(reports, load("fresh", language))))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cut", type=int, default=0, help="another way to cut the folds")
    parser.add_argument("--fresh", action="store_true", help="and on what is never fitted on")
    parser.add_argument("--errors", type=Path, help="write what went wrong, as JSON lines")
    asked = parser.parse_args()
    measured = {language: load("transcripts", language) for language in LANGUAGES}
    measured |= {f"{language} beside": load("beside", language) for language in LANGUAGES}
    if asked.cut:
        for own in measured.values():
            random.Random(asked.cut).shuffle(own)
    others = [load("extra", language) for language in LANGUAGES]
    groups = [reports(each) for each in chain(*measured.values(), *others)]
    hands = [""] * sum(map(len, measured.values())) + [hand_of(each) for each in chain(*others)]
    examples = prepared(groups, hands)
    found = crossed(groups, examples, measured)
    if asked.fresh:
        found |= unseen(groups, examples)
    for name, tally in found.items():
        print(f"{name}: {tally[True] / tally.total():.3f} of {tally.total()} places")
    if asked.errors:
        lines = [
            json.dumps({"of": name, **row}, ensure_ascii=False)
            for name in found
            for row in found[name].errors
        ]
        asked.errors.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
