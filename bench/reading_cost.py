"""What reading costs: `python -m bench.reading_cost`.

Processor time of one process: a message in its scene (the project's own conversations, walked as
the live bot does), the start, memory, hostile texts, and many buildings. Each part runs in a
process of its own.
"""

from __future__ import annotations

import statistics
import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from multiprocessing import get_context
from time import process_time_ns

from handlers.known_places import Houses, KnownPlaces
from handlers.understanding.corpus import load
from handlers.understanding.cues import load_cues
from handlers.understanding.looking import look
from handlers.understanding.meaning import Heard, Meaning, Outcome, Scene
from handlers.understanding.reader import Reader
from handlers.understanding.scoring import predict
from handlers.understanding.transcripts import Walk

HOSTILE = (
    "(",
    "1",
    "1-1-",
    "3-2-501",
    "3栋2单元5楼501",
    "一二三十",
    "#12-08",
    "flat #",
    "\U0001f525",
    "\u202e",
    "\u200b",
    "a\u0301",
    "\ufdfa",
    "漏水了吗",
    "着火不是",
    "lift leak ",
    "on 4 and ",
    "aaaa",
)


class Timed:
    """A reader that notes how long each message took."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.talk: list[int] = []
        self.rest: list[int] = []

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        began = process_time_ns()
        meaning = self._reader.read(heard, scene)
        took = process_time_ns() - began
        (self.talk if meaning.outcome is Outcome.TALK else self.rest).append(took)
        return meaning


def messages() -> list[str]:
    """Median and 95th percentile of all messages and of talk, warm."""
    lines: list[str] = []
    for language in ("zh", "en"):
        conversations = load("transcripts", language)
        timed = Timed(Reader.load())
        for conversation in conversations:  # rows of weights are read when they are first met
            predict(timed, conversation)
        timed.talk, timed.rest = [], []
        look.cache_clear()
        for conversation in conversations:
            predict(timed, conversation)
        every = timed.talk + timed.rest
        lines.append(
            f"{language}: {len(every)} messages, median {_median(every)}, "
            f"talk {_median(timed.talk)}, all else {_median(timed.rest)}, "
            f"95 % within {_centile(every)}"
        )
    return lines


def start() -> list[str]:
    """From nothing to the first meaning, and to the second."""
    began = process_time_ns()
    reader = Reader.load()
    loaded = process_time_ns()
    load_cues()
    cues = process_time_ns()
    at = datetime(2026, 3, 2, tzinfo=UTC)
    reader.read(Heard("1", at, "li", "电梯坏了 the lift is broken"), Scene())
    read = process_time_ns()
    return [
        f"start: weights {(loaded - began) / 1e6:.1f} ms, cues {(cues - loaded) / 1e6:.1f} ms, "
        f"first message {(read - cues) / 1e6:.1f} ms, all {(read - began) / 1e6:.1f} ms"
    ]


def memory() -> list[str]:
    """What is held after reading everything, beyond what the conversations hold."""
    conversations = [*load("transcripts", "zh"), *load("transcripts", "en")]
    tracemalloc.start()
    load_cues()
    cues = tracemalloc.get_traced_memory()[0]
    reader = Reader.load()
    for conversation in conversations:
        predict(reader, conversation)
    filled = tracemalloc.get_traced_memory()[0]
    forget_texts()
    model = tracemalloc.get_traced_memory()[0]
    return [
        f"memory: weights {(model - cues) / 1e6:.1f} MB, cues {cues / 1e6:.1f} MB, "
        f"the newest texts as they were looked at {(filled - model) / 1e6:.1f} MB"
    ]


def forget_texts() -> None:
    """Forget all that is remembered of texts and their parts; the cues themselves stay."""
    for name, module in list(sys.modules.items()):
        if name.startswith("handlers.understanding."):
            for each in vars(module).values():
                if hasattr(each, "cache_clear") and each is not load_cues:
                    each.cache_clear()


def hostile() -> list[str]:
    """The worst that a text of 100,000 signs costs."""
    reader, at = Reader.load(), datetime(2026, 3, 2, tzinfo=UTC)
    texts = [(one * 7 + other * 3) for one, other in product(HOSTILE, HOSTILE)]
    took: dict[str, int] = {}
    for text in [*texts, *texts]:  # the first time for the tables
        heard = Heard("1", at, "li", (text * 100_000)[:100_000])
        look.cache_clear()
        took[text] = _reads(reader, [(heard, Scene())])
    worst = max(took, key=took.__getitem__)
    return [f"hostile: {len(took)} texts, the worst {took[worst] / 1e6:.1f} ms ({worst!r})"]


def buildings() -> list[str]:
    """The same messages where 10 and where 100,000 buildings are known."""
    reader = Reader.load()
    conversations = load("transcripts", "zh")[:60]
    scenes: list[tuple[Heard, Scene]] = []
    for conversation in conversations:
        walk = Walk.of(conversation)
        for line in conversation:
            heard = line.heard()
            scenes.append((heard, walk.scene()))
            walk.hears(heard, Outcome.TALK, None)
    found: dict[int, list[int]] = {10: [], 100_000: []}
    for _ in range(3):
        for count, times in found.items():
            places = KnownPlaces(Houses.of((i, None, "building", str(i)) for i in range(count)))
            look.cache_clear()
            times.append(_reads(reader, [(h, replace(s, places=places)) for h, s in scenes]))
    told = ", ".join(
        f"{count:,}: {min(times) / len(scenes) / 1e3:.0f} µs" for count, times in found.items()
    )
    return [f"buildings known, mean of a message: {told}"]


def _reads(reader: Reader, scenes: list[tuple[Heard, Scene]]) -> int:
    began = process_time_ns()
    for heard, scene in scenes:
        reader.read(heard, scene)
    return process_time_ns() - began


def _median(times: list[int]) -> str:
    return f"{statistics.median(times) / 1e3:.0f} µs"


def _centile(times: list[int]) -> str:
    return f"{statistics.quantiles(times, n=20)[-1] / 1e3:.0f} µs"


PARTS: tuple[Callable[[], list[str]], ...] = (messages, start, memory, hostile, buildings)


def main() -> None:
    context = get_context("spawn")
    for part in PARTS:
        with ProcessPoolExecutor(1, context) as pool:
            print("\n".join(pool.submit(part).result()), flush=True)


if __name__ == "__main__":
    main()
