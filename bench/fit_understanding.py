"""Fits the shipped weights on the examples: `python -m bench.fit_understanding`."""

from __future__ import annotations

from handlers.understanding.fit import fit
from handlers.understanding.model import save_model
from handlers.understanding.reader import WEIGHTS
from handlers.understanding.transcripts import EXAMPLES, Conversation, read_transcripts


def main() -> None:
    conversations: list[Conversation] = []
    for file in sorted(EXAMPLES.glob("*.jsonl")):
        conversations += read_transcripts(file)
    save_model(fit(conversations, print), WEIGHTS)
    print(WEIGHTS.name, WEIGHTS.stat().st_size)


if __name__ == "__main__":
    main()
