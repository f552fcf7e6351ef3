"""Pictures (voices, videos, files) of a request, where they were sent: what a page shows of them,
what a card says of them.

Each is known by its platform's own reference. Whoever is asked in another app gets it carried
there (fetched when it is sent, and cleaned), or is told where it is to be seen; a group is only
told that there is one in the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content
from handlers.manner import Manner
from handlers.requests.case import Case
from handlers.work import Work
from storage.tables import Chat

#: So many messages with pictures of one request are looked at, the first ones: a page shows four.
MOST_READ = 100
#: So many of one request are carried to another app.
MOST_CARRIED = 4

#: Something that was sent, and where.
Sent = tuple[Chat, Media]


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be seen of the pictures in one chat."""

    own: Sequence[Media]  #: sent in the same app
    carried: Sequence[Sent]  #: sent in another app, brought along
    hidden: Sequence[Sent]  #: what cannot be shown there


async def know(case: Case) -> None:
    """Find out which pictures there are, and where each was sent."""
    chats, found = {chat.id: chat for chat in case.chats}, list[Sent]()
    for row in await case.with_media(MOST_READ):
        chat = chats.get(row.chat_id) or await case.work.store.get(Chat, row.chat_id)
        if chat is not None:
            found += [(chat, Media.model_validate(each)) for each in row.media]
    case.pictures = found


async def know_for_cards(case: Case) -> None:
    """The same where a card has to tell of it: where it stands in several apps."""
    if len({chat.platform for chat in case.chats}) > 1:
        await know(case)


def seen_in(case: Case, chat: Chat) -> Seen:
    """What can be seen in a chat of the pictures of a request."""
    own, carried, hidden = list[Media](), list[Sent](), list[Sent]()
    for origin, media in case.pictures:
        if origin.platform == chat.platform:
            own.append(media)
        elif len(carried) < MOST_CARRIED and _is_carried(case, origin, chat, media):
            carried.append((origin, media))
        else:
            hidden.append((origin, media))
    return Seen(own, carried, hidden)


def newly_seen_in(case: Case, chat: Chat, origin: Chat, sent: Sequence[Media]) -> Seen:
    """The same of those alone that were just sent (in `origin`); by what else the request has,
    so that what is carried, and what the page says of the rest, agree."""
    whole = seen_in(case, chat)
    return Seen(
        sent if origin.platform == chat.platform else (),
        [each for each in whole.carried if each[0].id == origin.id and each[1] in sent],
        [each for each in whole.hidden if each[0].id == origin.id and each[1] in sent],
    )


def _is_carried(case: Case, origin: Chat, chat: Chat, media: Media) -> bool:
    known = case.work.desk.capabilities
    there, here = known.get(origin.platform), known.get(chat.platform)
    if there is None or here is None:
        return False
    return there.lends and here.shows(media.kind, media.size) is not None


def carry(case: Case, chat: Chat, title: str, language: str, brought: Sequence[Sent]) -> None:
    """Bring pictures along, each a message of its own that says where it comes from, once."""
    for origin, media in brought:
        of, work = origin.platform, case.work
        what = work.word(language, f"card.media.{media.kind.value}")
        where = app_of(work, language, origin)
        text = f"{title}\n{work.word(language, 'card.carried', what=what, where=where)}"
        # Some platforms' references are long, and alike at their beginnings.
        mark = hashlib.blake2b(f"{of}:{media.ref}".encode(), digest_size=16).hexdigest()
        occasion = f"picture:{case.request.id}:{chat.id}:{mark}"
        manner = Manner(
            about=case.request.id,
            occasion=occasion,
            instead=f"{title}\n{hidden_line(work, language, [(origin, media)])}",
        )
        shown = media.model_copy(update={"of": of, **_shown_as(work, chat, media)})
        work.say(chat, Content(text=text, media=(shown,)), manner)


def _shown_as(work: Work, chat: Chat, media: Media) -> dict[str, object]:
    """A video that is none there goes as a file, and is called like one all the same."""
    kind = work.can(chat.platform).shows(media.kind, media.size)
    if kind is media.kind:
        return {}
    return {"kind": kind, "name": media.name or f"{media.kind.value}.mp4"}


def hidden_line(work: Work, language: str, hidden: Sequence[Sent]) -> str:
    """What there is that cannot be shown here, and where it is to be seen."""
    lines: list[str] = []
    for app in dict.fromkeys(app_of(work, language, origin) for origin, _ in hidden):
        theirs = [media for origin, media in hidden if app_of(work, language, origin) == app]
        what = counted(work, language, theirs)
        lines.append(work.word(language, "card.hidden", what=what, where=app))
    return "\n".join(lines)


def elsewhere_line(case: Case, chat: Chat, language: str) -> str:
    """That there are pictures in the group of another app, for those who do not see that one."""
    if chat.kind != "group":
        return ""
    there = [
        media
        for origin, media in case.pictures
        if origin.kind == "group" and origin.platform != chat.platform and media.ref
    ]
    what = counted(case.work, language, there)
    return case.work.word(language, "card.elsewhere", what=what) if there else ""


def counted(work: Work, language: str, media: Iterable[Media]) -> str:
    """How many there are of each kind: "2 张图、1 段语音"."""
    kinds = [each.kind for each in media]
    return work.word(language, "request.between").join(
        work.word(language, f"card.media_n.{each.value}", n=kinds.count(each))
        for each in MediaKind
        if each in kinds
    )


def app_of(work: Work, language: str, chat: Chat) -> str:
    """Where something was sent, as people call it."""
    return work.app(language, chat.platform) or work.word(language, "card.other_app")
