"""Fits the shipped weights on all examples: `python -m bench.fit_understanding`."""

from __future__ import annotations

from handlers.understanding.corpus import corpus
from handlers.understanding.fit_belongs import fit_all
from handlers.understanding.model import save_model
from handlers.understanding.reader import WEIGHTS


def main() -> None:
    save_model(fit_all(corpus(), print), WEIGHTS)
    print(WEIGHTS.name, WEIGHTS.stat().st_size)


if __name__ == "__main__":
    main()
