"""Showing anew what stands in a chat whose message ids changed (R15)."""

from __future__ import annotations

from handlers.requests import cards, pictures
from handlers.requests.case import load
from handlers.work import Work
from storage.queries import requests as query
from storage.tables import Chat


async def show_cards_in(work: Work, chat: Chat) -> None:
    """Show the cards of all requests that stand in a chat and have not ended."""
    for request in await query.standing_in(work.store, chat.id):
        case = await load(work, request)
        case.chats = [each for each in case.chats if each.id == chat.id]
        if case.chats:
            await pictures.know_for_cards(case)
            cards.show_cards(case)
