"""How well places are put together, apart from all else: `python -m bench.places [--cut 1]`.

Every report of the written transcripts is read as one (its outcome and category as annotated), by
heads fitted without its fold: only those of the place, so that it takes a minute. `--cut` shuffles
the conversations before they are cut into three folds.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from handlers.understanding import placing, reading
from handlers.understanding.corpus import LANGUAGES, hand_of, load
from handlers.understanding.fit import OTHERS, OWN, THRESHOLDS, Table, fit_head, of_hand
from handlers.understanding.meaning import Heard, Outcome, Scene
from handlers.understanding.model import Model, assemble
from handlers.understanding.scoring import same_place
from handlers.understanding.transcripts import Conversation, Gold, GoldPlace, walk_gold

HEADS = (*placing.PARTS, "together")
FOLDS = 3
Report = tuple[Heard, Scene, Gold]


def reports(conversation: Conversation) -> list[Report]:
    """The messages of a conversation that open something, in their scenes."""
    return [row for row in walk_gold(conversation) if row[2].outcome is Outcome.OPEN]


def prepared(groups: Sequence[Sequence[Report]], hands: Sequence[str]) -> dict[str, Table]:
    """The examples of the heads of the place; of each group who wrote it, "" for the measured."""
    tables = {name: Table() for name in HEADS}
    for group, (heard, scene, gold) in chain.from_iterable(
        ((group, row) for row in rows) for group, rows in enumerate(groups)
    ):
        for name, table in tables.items():
            spec = reading.HEADS[name]
            if (answer := spec.answer(heard, scene, gold)) is not None:
                allowed = spec.allowed(heard, scene) if spec.allowed else None
                features = spec.features(heard, scene, gold.category)
                if hands[group]:
                    features += of_hand(features, hands[group])
                counts = OTHERS if hands[group] else OWN
                table.add(features, answer, group, allowed, counts)
    return tables


def model_without(tables: dict[str, Table], groups: set[int]) -> Model:
    """The heads fitted on these groups alone."""
    specs = {name: reading.HEADS[name] for name in HEADS}
    fitted = {
        name: fit_head(tables[name], groups, spec.penalty, spec.dropped)
        for name, spec in specs.items()
    }
    named = {name: reading.HEADS[name].table for name in HEADS}
    return assemble(fitted, named, THRESHOLDS, reading.fingerprint())


def is_right(model: Model, report: Report) -> bool:
    """Whether a model finds the place of a report."""
    heard, scene, gold = report
    found = placing.sources(heard, scene)
    features = placing.place_features(heard, scene, gold.category or "other")
    seen = {"place": model.see("place", features)}
    seen["together"] = model.see("together", placing.together_features(features))
    chances = {name: model.chances(name, seen[reading.HEADS[name].table]) for name in HEADS}
    place, _ = placing.checked(placing.choose(heard, found, chances), found.said, scene)
    if gold.category == "lift":
        place = placing.in_own_stairwell(place, heard.home)
    return same_place(place, gold.place or GoldPlace())


def crossed(
    groups: Sequence[Sequence[Report]],
    tables: dict[str, Table],
    measured: dict[str, list[Conversation]],
) -> dict[str, Counter[bool]]:
    """How many places are right, by language; nothing is read by what was fitted on it."""
    found = {language: Counter[bool]() for language in measured}
    for k in range(FOLDS):
        tested: dict[str, range] = {}
        first = 0
        for language, own in measured.items():
            tested[language] = range(first + k, first + len(own), FOLDS)
            first += len(own)
        model = model_without(tables, set(range(len(groups))) - set(chain(*tested.values())))
        for language, some in tested.items():
            found[language].update(is_right(model, each) for n in some for each in groups[n])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cut", type=int, default=0, help="another way to cut the folds")
    cut: int = parser.parse_args().cut
    measured = {language: load("transcripts", language) for language in LANGUAGES}
    if cut:
        for own in measured.values():
            random.Random(cut).shuffle(own)
    others = [load("extra", language) for language in LANGUAGES]
    groups = [reports(each) for each in chain(*measured.values(), *others)]
    hands = [""] * sum(map(len, measured.values())) + [hand_of(each) for each in chain(*others)]
    tables = prepared(groups, hands)
    for language, found in crossed(groups, tables, measured).items():
        print(f"{language}: {found[True] / found.total():.3f} of {found.total()} places")


if __name__ == "__main__":
    main()
