"""Words that somebody said to the bot alone: who is asked reads them, a group does not."""

from __future__ import annotations

from handlers.context import Context
from handlers.directory import access as rights
from handlers.requests import texts
from handlers.requests.case import Case
from storage.tables import Chat, Request

GROUP = "group"


def words_on_card(case: Case, chat: Chat) -> str:
    """The words that the card shows in this chat, as a line of it.

    Who is asked has them on their page; on a card they stand where they were said.
    """
    request, language = case.request, case.language_in(chat)
    if not request.words:
        return ""
    elsewhere = chat.id != request.chat_id and request.filed_by is None
    if elsewhere and any(each.id == request.chat_id and _alone(each) for each in case.chats):
        return case.work.word(language, "card.words_alone")
    return case.work.word(language, "card.words", words=texts.public(request.words))


async def words_here(ctx: Context, request: Request, most: int) -> str:
    """As much of the words as a list shows here."""
    return "" if await _not_here(ctx, request) else texts.public(request.words, most)


async def _not_here(ctx: Context, request: Request) -> bool:
    if request.filed_by is not None or request.chat_id in (None, ctx.chat.id):
        return False
    told_in = await ctx.store.get(Chat, request.chat_id)
    if told_in is None or not _alone(told_in):
        return False
    if not ctx.private:
        return True
    if ctx.person.id in (request.reporter_id, request.holder_id):
        return False
    mine = await rights.areas_with(ctx, "answer")
    return not any(request.area_path.startswith(area.path) for area in mine)


def _alone(chat: Chat) -> bool:
    return chat.kind != GROUP
