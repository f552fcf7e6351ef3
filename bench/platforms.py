"""What each platform can do, from what it declares, and how many stories each passes.

python -m bench.platforms            the table of docs/platforms.md
python -m bench.platforms --write    puts it there (a test compares)
python -m bench.platforms --stories  tells all stories of tests/conformance, counts by platform
python -m bench.platforms --faults   lets every fault of the tests happen, counts by platform
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.platforms.declared import declared
from handlers.chat.incoming import MediaKind
from handlers.chat.platform import (
    LARGEST_CARRIED,
    MANY,
    Capabilities,
    Edits,
    Hears,
    Proof,
    Speaks,
    Told,
)
from tests.conformance.houses import HOUSES
from tests.conformance.venues import VENUES

#: The platforms of the stories: the real ones, and pure ones that lack still more.
MEGABYTE = 1024 * 1024
NAMES = frozenset((*VENUES, *HOUSES))
DOCUMENT = Path(__file__).parent.parent / "docs" / "platforms.md"
BEGINS, ENDS = "<!-- table: python -m bench.platforms --write -->", "<!-- end of table -->"
HEARS = {
    Hears.EVERYTHING: "everything",
    Hears.MENTIONS: "only what calls it",
    Hears.FORWARDED: "only what is forwarded",
    Hears.NOTHING: "nothing",
}
SPEAKS = {
    Speaks.ANY_TIME: "any time",
    Speaks.ONCE_SPOKEN_TO: "once somebody spoke to it there",
    Speaks.ANSWERING: "only in answer; the rest waits",
}
PROOF = {
    Proof.MESSAGE: "the message's id",
    Proof.ACCEPTED: "accepted, no id",
    Proof.NONE: "none",
}
TOLD = {
    Told.EDITED: "edits",
    Told.RECALLED: "recalls",
    Told.RENAMED: "new titles",
    Told.MEMBERS: "joining and leaving",
    Told.STANDING: "being added or put out",
    Told.MOVED: "a group's new id",
}


def _hears(can: Capabilities) -> str:
    more = can.may_hear_all and can.hears is not Hears.EVERYTHING
    return HEARS[can.hears] + ("; everything as administrator" if more else "")


def _buttons(can: Capabilities) -> str:
    if can.buttons == 0:
        return "none: replies by number"
    return "yes" if can.buttons >= MANY else f"up to {can.buttons}, the rest by number"


def _edits(can: Capabilities) -> str:
    if can.edits is Edits.AFTER_PRESS:
        within = f"{can.edit_window.total_seconds():g} s"
        return f"within {within} of a press, else a short new message"
    return "any time" if can.edits is Edits.ANY_TIME else "never: a short new message"


def _private(can: Capabilities) -> str:
    if not can.private:
        return "none: asked in the group"
    if not can.private_unasked:
        return "only in answer"
    return "to anybody" if can.speaks_first else "only to who wrote before"


def _text(can: Capabilities) -> str:
    most = f"{can.text_limit} characters"
    return f"{most}, {can.text_bytes} bytes" if can.text_bytes else most


def _limits(can: Capabilities) -> str:
    given = can.limits
    every = (
        (given.chat_per_second, "a second and chat"),
        (given.chat_per_minute, "a minute and chat"),
        (given.chat_per_hour, "an hour and chat"),
        (given.group_per_minute, "a minute and group"),
        (given.group_per_hour, "an hour and group"),
        (given.overall_per_second, "a second over all"),
    )
    return ", ".join(f"{most:g} {span}" for most, span in every if most) or "none"


def _contact(can: Capabilities) -> str:
    return f"{can.contact / timedelta(seconds=1):g} s" if can.contact else "cannot be cut off"


def _kinds(kinds: Iterable[MediaKind]) -> str:
    there = set(kinds)
    if there == set(MediaKind):
        return "all"
    return ", ".join(each.value for each in MediaKind if each in there) or "none"


def _shown(can: Capabilities) -> str:
    kinds = _kinds(can.media_out)
    if can.largest_video == LARGEST_CARRIED:
        return kinds
    return f"{kinds} (videos above {can.largest_video / MEGABYTE:.3g} MB as files)"


def _tells(can: Capabilities) -> str:
    return ", ".join(words for each, words in TOLD.items() if each in can.tells) or "nothing"


def _yes(value: bool, otherwise: str = "no") -> str:
    return "yes" if value else otherwise


ROWS: Mapping[str, Callable[[Capabilities], str]] = {
    "hears in a group": _hears,
    "is called": lambda can: can.called or "by its name there, or a reply",
    "speaks in a group": lambda can: SPEAKS[can.speaks],
    "private messages": _private,
    "buttons": _buttons,
    "answer to a press, seen by nobody else": lambda can: _yes(can.toasts, "no: said in the chat"),
    "changes what it said": _edits,
    "puts a mark on a message": lambda can: _yes(can.reactions, "no: a word to who called it"),
    "hears people's marks": lambda can: _yes(can.reactions_heard),
    "replies name their message": lambda can: _yes(can.replies_heard, "no: numbers do"),
    "its own messages stand as replies": lambda can: _yes(can.replies),
    "calls people by name": lambda can: _yes(can.mentions),
    "links that open a private chat": lambda can: _yes(can.deep_links, "no: codes"),
    "media heard in a group": lambda can: _kinds(can.media_in),
    "media heard in private": lambda can: _kinds(can.media_in_private),
    "media shown to others": _shown,
    "lends what was sent to other apps": lambda can: _yes(can.lends),
    "words under a picture": lambda can: _yes(can.captions, "no: a message of their own"),
    "files for download": lambda can: _yes(can.files),
    "is told of": _tells,
    "longest message": _text,
    "limits kept": _limits,
    "proof of delivery": lambda can: PROOF[can.proof],
    "out of reach is noticed after": _contact,
    "hands over what was said meanwhile": lambda can: _yes(can.catches_up, "no: told as a gap"),
    "spoken to by": lambda can: "the process that hears it" if can.one_line else "any process",
}


def table() -> str:
    """The table in Markdown: a row a capability, a column a platform."""
    platforms = declared()
    lines = [["", *platforms], ["---"] * (len(platforms) + 1)]
    lines += [[name, *(told(can) for can in platforms.values())] for name, told in ROWS.items()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_table(document: str) -> str:
    """The document with the table as the code has it. Raises ValueError where it has no place."""
    before, begins, rest = document.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError(f"no place for the table: {BEGINS} ... {ENDS}")
    return f"{before}{BEGINS}\n\n{table()}\n\n{ENDS}{after}"


class _Counts:
    """Counts what pytest tells, by platform."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()

    def platform(self, test: str) -> str | None:
        """Of which platform a test is; it stands in its name."""
        words = re.split(r"[-\[\]]", test)[1:]
        return next((each for each in words if each in NAMES), None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A part of a test is over: the story itself, or what was set up for it and failed."""
        name = self.platform(report.nodeid)
        if name is not None and (report.when == "call" or report.failed):
            self.told[name] += report.when != "teardown"
            self.passed[name] += report.when == "call" and report.passed


class _Faults(_Counts):
    """Counts the tests that are marked as faults of a platform."""

    def __init__(self) -> None:
        super().__init__()
        self._of: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Each test is marked by its platform."""
        marks = ((each.nodeid, each.get_closest_marker("fault")) for each in items)
        self._of = {test: str(mark.args[0]) for test, mark in marks if mark is not None}

    def platform(self, test: str) -> str | None:
        """Of which platform a fault is."""
        return self._of.get(test)


def stories() -> int:
    """Tell all stories and print how many each platform passed; gives pytest's exit code."""
    return _counted(_Counts(), "stories passed", "tests/conformance")


def faults() -> int:
    """Let every fault happen and print how many each platform survived; gives the exit code."""
    return _counted(_Faults(), "faults survived", "tests/bot", "tests/dialogues", "-m", "fault")


def _counted(counts: _Counts, what: str, *given: str) -> int:
    code = pytest.main([*given, "-q", "-n", "0", "--no-header"], plugins=[counts])
    lines = [f"| platform | {what} |", "|---|---|"]
    lines += [f"| {name} | {counts.passed[name]} of {n} |" for name, n in counts.told.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(code)


def main() -> int:
    """Print the table, write it, tell the stories or the faults; gives the exit code."""
    if "--stories" in sys.argv:
        return stories()
    if "--faults" in sys.argv:
        return faults()
    if "--write" in sys.argv:
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(table() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
