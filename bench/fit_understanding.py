"""Fits the shipped weights on all examples: `python -m bench.fit_understanding`."""

from __future__ import annotations

from handlers.understanding.corpus import corpus
from handlers.understanding.fit import fit_prepared
from handlers.understanding.model import save_model
from handlers.understanding.reader import WEIGHTS


def main() -> None:
    whole = corpus()
    everything = set(range(len(whole.conversations)))
    save_model(fit_prepared(whole.prepared, everything, print), WEIGHTS)
    print(WEIGHTS.name, WEIGHTS.stat().st_size)


if __name__ == "__main__":
    main()
