"""What stands in the chats of the fake WeCom, as people see it; and what WeCom would refuse."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Json = Mapping[str, Any]

MOST_BYTES = 20_480
PER_MINUTE, PER_HOUR = 30, 1000
TASK = re.compile(r"[0-9A-Za-z_@-]{1,128}")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
LINK = re.compile(r"(?<!\\)\[((?:[^\]\\]|\\.)*)\]\([^)]*\)")
BOLD = re.compile(r"^\*\*(.*)\*\*$")


@dataclass(slots=True)
class Seen:
    """A message of the robot in a chat."""

    chat: str
    kind: str  #: markdown, stream, text, card, image, file, video
    text: str
    task: str = ""
    buttons: dict[str, str] = field(default_factory=dict[str, str])  #: label -> key
    chosen_from: bool = False  #: the buttons are a list with a button below it
    answers: str = ""  #: the message that it answers
    media: bytes | None = None
    edits: int = 0
    at: datetime | None = None


class RefuseError(Exception):
    """WeCom answers with this code."""

    def __init__(self, code: int, told: str) -> None:
        super().__init__(told)
        self.code, self.told = code, told


def plain(text: str) -> str:
    """Markdown as a client shows it."""
    lines = [each.removesuffix("  ") for each in text.split("\n")]
    shown = [BOLD.sub(r"\1", each) for each in lines]
    return "\n".join(ESCAPED.sub(r"\1", LINK.sub(r"\1", each)) for each in shown)


class Limits:
    """So many in any minute and in any hour, for each conversation, answers and pushes alike."""

    def __init__(self) -> None:
        self._said: dict[str, list[datetime]] = defaultdict(list)

    def count(self, chat: str, now: datetime) -> None:
        """One more. Raises RefuseError when it is too many."""
        self._said[chat] = [each for each in self._said[chat] if each > now - timedelta(hours=1)]
        last_minute = sum(each > now - timedelta(minutes=1) for each in self._said[chat])
        if last_minute >= PER_MINUTE or len(self._said[chat]) >= PER_HOUR:
            raise RefuseError(45009, "api freq out of limit")
        self._said[chat].append(now)


class Chats:
    """All that the robot said, by chat."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.media: dict[str, bytes] = {}  #: what was handed in, by its id
        self._tasks: set[str] = set()

    def in_chat(self, chat: str) -> list[Seen]:
        """What the robot said there."""
        return [each for each in self.seen if each.chat == chat]

    def stand(self, chat: str, body: Json, now: datetime, answers: str = "") -> Seen:
        """A message arrives. Raises RefuseError for one that WeCom would not take."""
        kind = str(body["msgtype"])
        if kind == "template_card":
            seen = self._card(chat, body["template_card"])
        elif kind in ("markdown", "stream", "text"):
            seen = self._words(chat, kind, body[kind])
        elif kind in ("image", "file", "video", "voice"):
            seen = Seen(chat, kind, "", media=self._handed_in(body[kind]["media_id"]))
        else:
            raise RefuseError(40008, "invalid message type")
        seen.answers, seen.at = answers, now
        self.seen.append(seen)
        return seen

    def _words(self, chat: str, kind: str, told: Json) -> Seen:
        content = str(told["content"])
        if not 0 < len(content.encode()) <= MOST_BYTES:
            raise RefuseError(40058, "content size out of limit")
        if kind == "stream" and told.get("finish") is not True:
            raise RefuseError(40058, "this fake takes streams of one piece")
        return Seen(chat, kind, content if kind == "text" else plain(content))

    def _card(self, chat: str, card: Json) -> Seen:
        task = str(card.get("task_id", ""))
        if task in self._tasks:
            raise RefuseError(42014, "task_id was used before")
        seen = card_as_seen(chat, card)
        self._tasks.add(task)
        return seen

    def change(self, task: str, card: Json) -> None:
        """A pressed card is replaced by another with the same task."""
        if card.get("task_id") != task:
            raise RefuseError(42015, "task_id is not the pressed card's")
        (old,) = [each for each in self.seen if each.task == task]
        new = card_as_seen(old.chat, card)
        old.text, old.buttons, old.chosen_from = new.text, new.buttons, new.chosen_from
        old.edits += 1

    def _handed_in(self, media_id: str) -> bytes:
        if media_id not in self.media:
            raise RefuseError(40007, "invalid media_id")
        return self.media[media_id]


def card_as_seen(chat: str, card: Json) -> Seen:
    """A card as people see it. Raises RefuseError for one that WeCom would not take."""
    task = str(card.get("task_id", ""))
    title = str(card.get("main_title", {}).get("title", ""))
    text = "\n".join(each for each in (title, str(card.get("sub_title_text", ""))) if each)
    if not TASK.fullmatch(task) or not text:
        raise RefuseError(42013, "a card needs a task_id, and a title or a text")
    kind = card["card_type"]
    if kind == "text_notice":
        return Seen(chat, "card", text, task)
    if kind == "button_interaction":
        listed = [(each["text"], each["key"]) for each in card["button_list"]]
        _check_choices(listed, 6, 1024)
        return Seen(chat, "card", text, task, dict(listed))
    if kind == "vote_interaction":
        listed = [(each["text"], each["id"]) for each in card["checkbox"]["option_list"]]
        _check_choices(listed, 20, 128)
        if not card["submit_button"]["text"]:
            raise RefuseError(42013, "a list needs a button below it")
        return Seen(chat, "card", text, task, dict(listed), chosen_from=True)
    raise RefuseError(42013, f"no card type {kind}")


def _check_choices(listed: Sequence[tuple[str, str]], most: int, longest: int) -> None:
    keys = [key for _, key in listed]
    if not 1 <= len(keys) <= most or len(set(keys)) < len(keys):
        raise RefuseError(42013, "too many buttons, none, or one key twice")
    if any(not text or not 0 < len(key.encode()) <= longest for text, key in listed):
        raise RefuseError(42013, "a button needs words and a key that is not too long")
