"""Pictures of a request, where they were sent: what a page shows of them, what a card says of them.

A picture is known by its platform's own reference. Whoever is asked in another app gets it carried
there (fetched when it is sent, and cleaned); a group is only told that there is one in the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content
from handlers.manner import Manner
from handlers.requests.case import Case
from storage.tables import Chat

#: So many of one request are carried to another app.
MOST_CARRIED = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be seen of the pictures in one chat."""

    own: Sequence[Media]  #: sent in the same app
    carried: Sequence[Media]  #: sent in another app, brought along
    hidden: int  #: how many cannot be shown there


async def know(case: Case) -> None:
    """Find out which pictures there are, and where each was sent."""
    chats, found = {chat.id: chat for chat in case.chats}, list[tuple[Chat, Media]]()
    for row in await case.words():
        if not row.media:
            continue
        chat = chats.get(row.chat_id) or await case.work.store.get(Chat, row.chat_id)
        if chat is not None:
            found += [(chat, Media.model_validate(each)) for each in row.media]
    case.pictures = found


async def know_for_cards(case: Case) -> None:
    """The same where a card has to tell of it: where it stands in several apps."""
    if len({chat.platform for chat in case.chats}) > 1:
        await know(case)


def seen_in(case: Case, chat: Chat, sent: Sequence[tuple[Chat, Media]] | None = None) -> Seen:
    """What can be seen in a chat of the pictures of a request (or of these)."""
    own, carried, hidden = list[Media](), list[Media](), 0
    for origin, media in case.pictures if sent is None else sent:
        if origin.platform == chat.platform:
            own.append(media)
        elif len(carried) < MOST_CARRIED and _is_carried(case, origin, chat, media):
            carried.append(media.model_copy(update={"of": origin.platform}))
        else:
            hidden += 1
    return Seen(own, carried, hidden)


def _is_carried(case: Case, origin: Chat, chat: Chat, media: Media) -> bool:
    known = case.work.desk.capabilities
    there, here = known.get(origin.platform), known.get(chat.platform)
    if there is None or here is None or media.kind is not MediaKind.PHOTO:
        return False
    return there.lends and here.files and media.kind in here.media_out


def carry(case: Case, chat: Chat, title: str, language: str, brought: Sequence[Media]) -> None:
    """Bring pictures along, each a message of its own that says where it comes from, once."""
    text = f"{title}\n{case.work.word(language, 'card.picture_carried')}"
    for each in brought:
        # Some platforms' references are long, and alike at their beginnings.
        mark = hashlib.blake2b(f"{each.of}:{each.ref}".encode(), digest_size=16).hexdigest()
        occasion = f"picture:{case.request.id}:{chat.id}:{mark}"
        manner = Manner(about=case.request.id, occasion=occasion)
        case.work.say(chat, Content(text=text, media=(each,)), manner)


def elsewhere_line(case: Case, chat: Chat, language: str) -> str:
    """That there are pictures in the group of another app, for those who do not see that one."""
    if chat.kind != "group":
        return ""
    n = sum(
        origin.kind == "group" and origin.platform != chat.platform and bool(media.ref)
        for origin, media in case.pictures
    )
    return case.work.word(language, "card.pictures_elsewhere", n=n) if n else ""
