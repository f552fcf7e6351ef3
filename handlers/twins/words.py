"""What is to be said, put into words where its platform has no signs for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from handlers.chat.incoming import Message, Press
from handlers.chat.outgoing import Acknowledge, Content, React, Say, SendFile, Show
from handlers.chat.platform import Capabilities, Speaks
from handlers.context import Context
from handlers.manner import Outbound, Sendable
from handlers.parting import parts_of
from handlers.requests.pictures import counted
from handlers.twins.numbers import mark_of
from handlers.twins.rules import (
    digest_of,
    language_of,
    lines_of,
    news_of,
    overflow,
    with_numbers,
)
from handlers.work import Work
from storage.queries import choices, post


async def put_in_words(work: Work) -> list[Outbound]:
    """Put the work's tray into what its platforms can show; gives what must wait to be asked for.

    Costs nothing where a platform can do everything.
    """
    platforms = {each.out.platform: work.can(each.out.platform) for each in work.tray}
    if not any(can.needs_words or _only_answers(can) for can in platforms.values()):
        return []
    tray: list[Outbound] = []
    for each in _in_order(work.tray):
        tray += await _put(work, each, platforms[each.out.platform])
    answered = await _answered(work, tray)
    tray = [each for each in tray if not (_is_word(each) and answered)]
    waiting = [each for each in tray if _must_wait(work, each, platforms[each.out.platform])]
    work.tray[:] = [each for each in tray if each not in waiting]
    return waiting


def _in_order(tray: Iterable[Outbound]) -> list[Outbound]:
    """Chats in one order, everywhere: whoever lays out choices in several waits for nobody who
    waits for them. What is said in one chat stays in its order."""
    return sorted(tray, key=lambda each: (each.out.platform, each.out.chat))


async def _put(work: Work, each: Outbound, can: Capabilities) -> list[Outbound]:
    out = each.out
    if isinstance(out, Acknowledge):
        return [each] if can.toasts and out.press_id else _toast(work, each, out)
    if isinstance(out, React):
        return [each] if can.reactions else _word(work, each, out)
    if isinstance(out, SendFile) and not can.files:
        language = work.chat_language if isinstance(work, Context) else work.desk.defaults.language
        return [_said(work, each, work.word(language, "twins.file", name=out.name))]
    if isinstance(out, SendFile) or not can.needs_words:
        return [each]
    out = out.model_copy(update={"content": await _content(work, out, can)})
    if isinstance(out, Show):
        out = out.model_copy(update={"answers": _is_asked(work, out)})
    return _parted(replace(each, out=out), out, can)


def _parted(each: Outbound, out: Say | Show, can: Capabilities) -> list[Outbound]:
    """Longer by its choices it may be too long for one message."""
    *rest, last = parts_of(out.content, can.text_limit, can.text_bytes)
    before = [
        replace(
            each,
            out=out.model_copy(
                update={
                    "content": part,
                    **({"slot": f"{out.slot}~c{n}"} if isinstance(out, Show) else {}),
                }
            ),
            occasion=f"c{n}/{each.occasion}" if each.occasion else None,
        )
        for n, part in enumerate(rest)
    ]
    return [*before, replace(each, out=out.model_copy(update={"content": last}))]


async def _content(work: Work, out: Say | Show, can: Capabilities) -> Content:
    """With numbers for buttons, and a word for pictures."""
    content = out.content
    language = language_of(content)
    hidden = [each for each in content.media if each.kind not in can.media_out]
    if hidden:
        word = work.word(language, "twins.pictures", what=counted(work, language, hidden))
        shown = tuple(each for each in content.media if each.kind in can.media_out)
        text = f"{content.text}\n{word}".strip()
        content = content.model_copy(update={"text": text, "media": shown})
    if len([each for row in content.buttons for each in row]) <= can.buttons:
        return content
    offered = [choices.Offered(each.data, mark_of(each.text)) for each in overflow(content, can)]
    slot = out.slot if isinstance(out, Show) else None
    numbers = await choices.lay_out(work.store, (out.platform, out.chat, slot), offered, work.now)
    return with_numbers(content, numbers, can, _hint(work, language, out, can))


def _hint(work: Work, language: str, out: Say | Show, can: Capabilities) -> str:
    if not out.group:
        return work.word(language, "twins.choose")
    key = "twins.choose_reply" if can.replies_heard else "twins.choose_call"
    return work.word(language, key, called=can.called or work.word(language, "twins.me"))


def _toast(work: Work, each: Outbound, out: Acknowledge) -> list[Outbound]:
    """A notice to who pressed, said in the chat."""
    return [_said(work, each, out.text)] if out.text else []


def _word(work: Work, each: Outbound, out: React) -> list[Outbound]:
    """A mark on what somebody said to the bot itself; what they said to others needs no word."""
    if not isinstance(work, Context) or not isinstance(work.incoming, Message):
        return []
    said = work.incoming
    if said.message_id != out.message_id or out.mark is None or not (said.to_bot or work.private):
        return []
    return [_said(work, each, work.word(work.chat_language, f"twins.mark_{out.mark}"))]


class _Word(Say):
    """A notice or a mark as words: not said where something else answers."""


def _said(work: Work, each: Outbound, text: str) -> Outbound:
    out = each.out
    said = _Word(
        platform=out.platform,
        chat=out.chat,
        group=out.group,
        about=out.about,
        urgent=True,
        content=Content(text=text),
        reply_to=_replied(work) if out.group else None,
    )
    return replace(each, out=said)


def _replied(work: Work) -> str | None:
    """The message that is answered, if it was one."""
    did = work.incoming if isinstance(work, Context) else None
    if isinstance(did, Message) or (isinstance(did, Press) and did.by_number):
        return did.message_id
    return None


def _is_word(each: Outbound) -> bool:
    return isinstance(each.out, _Word)


def _is_asked(work: Work, out: Show) -> bool:
    """Whether somebody in its chat did just now what it answers."""
    if not isinstance(work, Context) or not _is_here(work, out):
        return False
    did = work.incoming
    return not isinstance(did, Message) or did.to_bot or work.private


def _is_here(work: Context, out: Sendable) -> bool:
    """Whether it is for the chat in which somebody did something; ids are a platform's own."""
    return (out.platform, out.chat) == (work.chat.platform, work.chat.external_id)


async def _answered(work: Work, tray: Iterable[Outbound]) -> bool:
    """Whether whoever did something sees an answer in their chat beside a mark or a notice."""
    if not isinstance(work, Context):
        return False
    here = [each for each in tray if _is_here(work, each.out) and not _is_word(each)]
    for each in here:
        out = each.out
        if isinstance(out, Say | SendFile) or (isinstance(out, Show) and await _tells(work, out)):
            return True
    return False


async def _tells(work: Work, out: Show) -> bool:
    """Whether a standing message will show something that it did not show before."""
    stands = await post.standing(work.store, out.platform, out.chat, out.slot)
    if stands is None:
        return True
    if work.can(out.platform).edits_always:
        return stands.digest != digest_of(out)
    lines, at = await post.said_in(work.store, out.platform, out.chat, out.slot)
    return bool(news_of(lines or lines_of(out) or "", out.content, at).lines)


def _only_answers(can: Capabilities) -> bool:
    return can.speaks is Speaks.ANSWERING


def _must_wait(work: Work, each: Outbound, can: Capabilities) -> bool:
    """Whether its platform lets us speak in groups only in answer, and nobody there spoke."""
    if not _only_answers(can) or not each.out.group:
        return False
    return not isinstance(work, Context) or not _is_here(work, each.out)
