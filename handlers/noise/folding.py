"""One message for all that a group was not told on a day on which it was told much (R59)."""

from __future__ import annotations

from datetime import datetime

from handlers.chat.outgoing import OUTGOING, Content, Say, Show
from handlers.directory.groups import language_of
from handlers.manner import Manner
from handlers.noise.groups import rules_of
from handlers.work import Work
from storage.queries import noise as query
from storage.tables import Chat, Letter

AT_ONCE = 50
MOST_LINES, MOST_LETTERS = 12, 90


async def due(work: Work) -> int:
    """Tell what was held back, where its moment has come; gives in how many groups."""
    chats = await query.chats_due(work.store, work.now, AT_ONCE)
    for chat in chats:
        await _tell(work, chat)
    return len(chats)


async def _tell(work: Work, chat: Chat) -> None:
    language = await language_of(work, chat)
    lines = await lines_of(work, chat, work.now, language)
    here = await rules_of(work, chat)
    if not lines or here is None or not chat.present:
        return
    title = work.word(language, "digest.folded_title")
    # What was due while the program was down may come up in the night.
    manner = Manner(silent=True, delay=here.rest(work) or None)
    work.say(chat, Content(title=title, text="\n".join(lines)), manner)


async def lines_of(work: Work, chat: Chat, until: datetime, language: str) -> list[str]:
    """Take what was held back from a group until a moment, the newest first, a line each."""
    letters = await query.claim(work.store, chat, until)
    lines = [line for each in letters if (line := _line(each))]
    shown = [work.word(language, "digest.folded_line", text=each) for each in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(work.word(language, "digest.more", n=len(lines) - MOST_LINES))
    return shown


def _line(letter: Letter) -> str:
    try:
        out = OUTGOING.validate_json(letter.body)
    except ValueError:  # of another version
        return ""
    if not isinstance(out, Say | Show):
        return ""
    words = " ".join(f"{out.content.title} {out.content.text}".split())
    return words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 1] + "…"
