"""Whether somebody says the same as a neighbour who is asked if it is a request. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from handlers.understanding import belated
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Meaning, Outcome, Said, Scene

#: So many lines back, and so long ago, what is asked about may lie.
LINES, WITHIN = 12, timedelta(minutes=30)

#: What neighbours write who count themselves in.
ONE = "1"


class Reads(Protocol):
    """Whoever reads messages (reader.Reader)."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """What a message means."""
        ...

    def report(self, heard: Heard, scene: Scene) -> Meaning:
        """What it is about, given that it is a request."""
        ...


def is_asked(heard: Heard, scene: Scene) -> bool:
    """Whether somebody else was asked just now."""
    return next(_asked(heard, scene), None) is not None


def seconded(reader: Reads, heard: Heard, scene: Scene) -> str | None:
    """The key of the line of somebody else, asked about just now, that this one says too: it would
    join that, were it a request already. "Too" in reply to the bot means the newest."""
    replies = heard.to_bot and heard.reply_to is not None
    alone = replace(heard, reply_to=None) if replies else heard
    for said in _asked(heard, scene):
        if replies and _says_too(look(heard.text)):
            return said.heard.key
        if _joins(reader, alone, said, scene):
            return said.heard.key
    return None


def _asked(heard: Heard, scene: Scene) -> Iterator[Said]:
    for said in reversed(scene.recent[-LINES:]):
        if heard.at - said.heard.at > WITHIN:
            return
        if said.outcome is Outcome.ASK and said.heard.sender != heard.sender:
            yield said


def _joins(reader: Reads, heard: Heard, said: Said, scene: Scene) -> bool:
    report = report_of(reader, said.heard, scene)
    if not _may_speak_of(look(heard.text), report):
        return False
    meaning = reader.read(heard, belated.as_if_opened(said, report, scene))
    return meaning.outcome is Outcome.JOIN and meaning.of == said.heard.key


def _may_speak_of(looked: Looked, report: Meaning) -> bool:
    """Whether a text names what is asked about, or says "me too" and names nothing else."""
    named = looked.categories | looked.outages
    if named:
        return report.category in named
    return _says_too(looked)


def _says_too(looked: Looked) -> bool:
    return "metoo" in looked.signs or looked.text == ONE


def report_of(reader: Reads, first: Heard, scene: Scene) -> Meaning:
    """What an earlier line is about, as it was when it was said."""
    return reader.report(first, belated.scene_before(first, scene))
