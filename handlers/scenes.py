"""What is remembered of each chat between two messages: its place, its open requests, who spoke.

In memory only, for minutes: the words of talk are never written anywhere (invariant 9).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.policy import Policy
from handlers.chat.incoming import Message
from handlers.context import Picture
from handlers.known_places import KnownPlaces, known_places
from handlers.learning import readings
from handlers.understanding.meaning import (
    Heard,
    Kind,
    KnownRequest,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
)
from handlers.work import Grown, Work
from storage.queries import accounts as accounts_query
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import scenes as scene_query
from storage.queries.homes import flats_of
from storage.tables import Chat

RECENT = 40
RECENT_FOR = timedelta(hours=6)
ENDED_FOR = timedelta(days=3)
MOST_CHATS = 2000
MOST_PICTURES = 60
#: A picture sent without words belongs to what its sender says within this time.
PICTURE_BEFORE = timedelta(minutes=3)
MOST_SPEAKERS = 50_000
PLACE_PARTS = ("building", "unit", "floor", "room", "spot")

ChatKey = tuple[str, str]


@dataclass(slots=True)
class ChatScene:
    """A group as it stands now."""

    chat_id: int
    facts: areas_query.AreaFacts
    title: str
    mode: str
    open_above: float | None
    ask_above: float | None
    place: Place
    places: KnownPlaces
    requests: tuple[KnownRequest, ...]
    filling: frozenset[str]  #: accounts of people who are filling in a form here
    recent: deque[Said] = field(default_factory=lambda: deque[Said](maxlen=RECENT))

    def view(self) -> Scene:
        """As understanding sees it."""
        return Scene(
            area=self.place,
            title=self.title,
            recent=tuple(self.recent),
            requests=self.requests,
            places=self.places,
            language=self.facts.language,
        )


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody with an account: where at home, which roles where."""

    home: Place | None
    roles: tuple[tuple[str, str], ...]  #: (role, path of its place)

    def role_at(self, path: str) -> str:
        """The role that counts in a group bound to `path`; resident if none does."""
        near = [r for r, at in self.roles if path.startswith(at) or at.startswith(path)]
        return near[0] if near else "resident"


@dataclass(frozen=True, slots=True)
class ChatMemory:
    """What was said lately in one chat."""

    recent: MutableSequence[Said]
    pictures: Iterable[Picture]
    load: Callable[[], Awaitable[Scene | None]]

    def heard(self, message_id: str) -> Heard | None:
        """A message, while it is remembered."""
        return next((each.heard for each in self.recent if each.heard.key == message_id), None)

    def last_heard(self) -> Heard | None:
        """The last message before the one that is answered, while it is remembered."""
        return self.recent[-1].heard if self.recent else None

    def pictures_of(self, message_id: str) -> tuple[Picture, ...]:
        """What a message carried."""
        return tuple(each for each in self.pictures if each.message_id == message_id)

    def pictures_in(self, album: str) -> tuple[Picture, ...]:
        """What came in an album so far."""
        return tuple(each for each in self.pictures if each.album == album)

    def became(self, message_id: str | None, of: int, *, joins: bool = False) -> None:
        """A message about which its sender was asked opened a request, or joins it."""
        outcome = Outcome.JOIN if joins else Outcome.OPEN
        for at, said in enumerate(self.recent):
            if said.heard.key == message_id:
                self.recent[at] = Said(said.heard, outcome, str(of))

    async def scene(self) -> Scene | None:
        """The chat as understanding sees it; None where it is bound to no place."""
        return await self.load()

    def pictures_with(self, message: Message) -> tuple[Picture, ...]:
        """Of its album, or sent by the same person without words shortly before."""
        return tuple(
            each
            for each in self.pictures
            if each.message_id != message.message_id and _belongs(each, message)
        )


def _belongs(picture: Picture, message: Message) -> bool:
    if picture.album is not None and picture.album == message.album:
        return True
    lately = timedelta(0) <= message.at - picture.at <= PICTURE_BEFORE
    return picture.wordless and lately and picture.sender == message.sender.id


class Scenes:
    """All chats' scenes and speakers of this process, newest used last."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._scenes: OrderedDict[ChatKey, ChatScene] = OrderedDict()
        self._keys: dict[int, ChatKey] = {}
        self._changes = 0  #: how often something was to be read anew
        self._recent: OrderedDict[ChatKey, deque[Said]] = OrderedDict()
        self._speakers: OrderedDict[ChatKey, Speaker | None] = OrderedDict()
        self._pictures: OrderedDict[ChatKey, deque[Picture]] = OrderedDict()

    def scene(self, key: ChatKey) -> ChatScene | None:
        """What is remembered of a chat; None: it must be loaded."""
        return self._scenes.get(key)

    def speaker(self, key: ChatKey) -> Speaker | None:
        """What is remembered of a sender; raises KeyError when it must be loaded."""
        return self._speakers[key]

    def knows_speaker(self, key: ChatKey) -> bool:
        """Whether a sender was looked up already."""
        return key in self._speakers

    async def load_scene(self, store: AsyncSession, chat: Chat, now: datetime) -> ChatScene | None:
        """Read a group's scene; None when it is not bound to a place."""
        if chat.area_id is None:
            return None
        key = (chat.platform, chat.external_id)
        if (known := self._scenes.get(key)) is not None:
            return known
        changes = self._changes
        scene = await _read_scene(store, chat, self._policy, now)
        scene.recent = self._recent.setdefault(key, deque(maxlen=RECENT))
        if changes != self._changes:  # somebody committed meanwhile: good for this message only
            return scene
        self._scenes[key] = scene
        self._keys[chat.id] = key
        _trim(self._scenes, MOST_CHATS)
        _trim(self._recent, MOST_CHATS)
        return scene

    async def load_speaker(self, store: AsyncSession, key: ChatKey) -> Speaker | None:
        """Read who a sender is; None: nobody we know."""
        if key in self._speakers:
            return self._speakers[key]
        changes = self._changes
        speaker = await _read_speaker(store, key)
        if changes == self._changes:  # else somebody committed meanwhile: good for this time only
            self._speakers[key] = speaker
            _trim(self._speakers, MOST_SPEAKERS)
        return speaker

    def keep_pictures(self, message: Message) -> None:
        """Remember what a message carried: words that make it a request may follow."""
        if not message.media:
            return
        key = (message.chat.platform, message.chat.id)
        kept = self._pictures.setdefault(key, deque(maxlen=MOST_PICTURES))
        kept.extend(
            Picture(
                message.message_id,
                message.sender.id,
                message.at,
                media,
                message.album,
                wordless=not message.text.strip(),
            )
            for media in message.media
        )
        _trim(self._pictures, MOST_CHATS)

    def take_back(self, key: ChatKey, message_id: str) -> None:
        """What its sender took back or changed is not opened by what others say of it; where they
        were being asked about it, it was not said."""
        recent = self._recent.get(key) or deque[Said]()
        _keep(recent, [each for each in recent if not _is_asked_about(each, message_id)])
        for at, said in enumerate(recent):
            if said.heard.key == message_id:
                recent[at] = replace(said, leaning=0.0)

    def unhear(self, key: ChatKey, message_id: str) -> None:
        """What was done about a message is undone, and it will be heard anew."""
        recent = self._recent.get(key) or deque[Said]()
        _keep(recent, [each for each in recent if each.heard.key != message_id])
        pictures = self._pictures.get(key) or deque[Picture]()
        _keep(pictures, [each for each in pictures if each.message_id != message_id])

    def memory(self, store: AsyncSession, chat: Chat, now: datetime) -> ChatMemory:
        """What was said lately in a chat."""

        async def load() -> Scene | None:
            scene = await self.load_scene(store, chat, now)
            return scene.view() if scene else None

        key = (chat.platform, chat.external_id)
        return ChatMemory(self._recent.get(key) or deque(), self._pictures.get(key, ()), load)

    def forget(self, work: Work) -> None:
        """After a commit: what the work changed is read anew when next needed."""
        self.forget_chats(work.touched, everything=work.directory_changed)
        for each in work.grown:
            self._grow(each)
        if work.forgotten:
            self.forget_people(lambda platform, sender: (platform, sender) in work.forgotten)

    def _grow(self, grown: Grown) -> None:
        """More was said of a request: nothing is read anew, however much was said before."""
        key = self._keys.get(grown.chat_id)
        scene = self._scenes.get(key) if key else None
        if key is None or scene is None:
            return
        request = next((r for r in scene.requests if r.key == str(grown.request_id)), None)
        if request is None or _is_much(request):
            del self._scenes[key]
            return
        more = _with(request, grown)
        requests = tuple(more if each is request else each for each in scene.requests)
        # Another object: whoever read a line in the scene as it was notices, and reads it again.
        self._scenes[key] = replace(scene, requests=requests)

    def forget_chats(self, chat_ids: Iterable[int], *, everything: bool = False) -> None:
        """These chats (or all, and all people) are read anew when next needed."""
        self._changes += 1
        if everything:
            self.forget_all()
        for chat_id in chat_ids:
            if key := self._keys.get(chat_id):
                self._scenes.pop(key, None)

    def forget_people(self, gone: Callable[[str, str], bool]) -> None:
        """The last lines and pictures of those who are gone (platform, id there) go as well: what
        a neighbour says of them next opens nothing of theirs."""
        for (platform, _), recent in self._recent.items():
            _keep(recent, [each for each in recent if not gone(platform, each.heard.sender)])
        for (platform, _), pictures in self._pictures.items():
            _keep(pictures, [each for each in pictures if not gone(platform, each.sender)])

    def forget_all(self) -> None:
        """Read everything anew (recent talk stays)."""
        self._scenes.clear()
        self._speakers.clear()


def _is_asked_about(said: Said, message_id: str) -> bool:
    return said.heard.key == message_id and said.outcome is Outcome.ASK


def _keep(remembered: deque[Any], these: Sequence[Any]) -> None:
    """In place: a chat's scene holds the same lines."""
    if len(these) < len(remembered):
        remembered.clear()
        remembered.extend(these)


def _trim(table: OrderedDict[Any, Any], most: int) -> None:
    while len(table) > most:
        table.popitem(last=False)


async def _read_scene(store: AsyncSession, chat: Chat, policy: Policy, now: datetime) -> ChatScene:
    facts = await areas_query.facts_at(store, chat.area_id or 0)
    settings = {**facts.settings, **chat.settings}
    default = policy.understanding
    return ChatScene(
        chat_id=chat.id,
        facts=facts,
        title=chat.title,
        mode=readings.mode_of(str(settings.get("mode") or default.mode), chat),
        open_above=settings.get("open_above", default.open_above),
        ask_above=settings.get("ask_above", default.ask_above),
        place=place_of(facts),
        places=await known_places(store, facts.path),
        requests=tuple(await _read_requests(store, chat, facts.path, now)),
        filling=await scene_query.filling_in(store, chat.id, chat.platform),
    )


def place_of(facts: areas_query.AreaFacts) -> Place:
    """The place in bare codes of an area of the tree."""
    codes = facts.codes
    return Place(
        building=codes.get("building"), unit=codes.get("unit"), room=codes.get("household")
    )


async def _read_requests(
    store: AsyncSession, chat: Chat, path: str, now: datetime
) -> list[KnownRequest]:
    found = await scene_query.known_in(store, chat.id, path, now - ENDED_FOR)
    if not found:
        return []
    ids = [each.id for each in found]
    messages = await scene_query.messages_of(store, ids, chat.id)
    accounts = await scene_query.accounts_of(store, ids, chat.platform)
    nothing = scene_query.Messages()
    return [_known(each, messages.get(each.id, nothing), accounts) for each in found]


def _known(
    request: scene_query.Known,
    messages: scene_query.Messages,
    accounts: Mapping[int, scene_query.Accounts],
) -> KnownRequest:
    """What people last said of it counts, not when the clock last moved it."""
    place = request.place
    theirs = accounts.get(request.id, scene_query.Accounts())
    return KnownRequest(
        key=str(request.id),
        category=request.category,
        urgency=Urgency(request.urgency),
        kind=Kind(request.kind),
        place=Place(**{name: place.get(name) for name in PLACE_PARTS}),
        sender=theirs.reporter,
        opened_at=request.opened_at,
        last_at=messages.spoken_at or request.changed_at,
        words=request.words,
        asset=request.asset,
        state=request.state,
        supporters=theirs.supporters,
        messages=frozenset(messages.ids),
    )


def _is_much(request: KnownRequest) -> bool:
    """Whether so much was said of it that only the newest is kept: it is read anew."""
    return max(len(request.supporters), len(request.messages)) >= 2 * scene_query.NEWEST


def _with(request: KnownRequest, grown: Grown) -> KnownRequest:
    """The same request once somebody joined it, or said more of it."""
    voices, said = request.supporters, request.messages
    return replace(
        request,
        supporters=voices | {grown.account} if grown.joined else voices,
        messages=said | {grown.message_id} if grown.message_id else said,
        last_at=grown.at if grown.message_id else request.last_at,
    )


async def _read_speaker(store: AsyncSession, key: ChatKey) -> Speaker | None:
    account = await accounts_query.account(store, *key)
    if account is None:
        return None
    homes = await flats_of(store, account.person_id)
    home = None
    if homes:
        home = place_of(areas_query.facts_of(await areas_query.line_of(store, homes[0][1].path)))
    held = await people_query.roles_of(store, account.person_id)
    return Speaker(home, tuple((role, area.path) for role, area in held))
