"""The stage for dialogues through Telegram: the whole program, its real platform, a strict fake.

What people do goes over loopback as updates of the Bot API; what the bot says comes back as calls.
Nothing sleeps: the stage waits for the fake's events, and the program's clock is turned by hand.

    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from bot.clock import VirtualClock
from bot.platforms.telegram.platform import TelegramPlatform
from storage.engine import Store
from storage.tables import Area, Chat, Event, Request
from tests.dialogues.outside import Peopled, playing, seat, seated
from tests.fakes.bot_api import FakeTelegram, Group, Message, Person, Topic
from tests.fakes.bot_api.chats import Kind
from tests.fakes.bot_api.groups import Standing
from tests.harness import ALL, CAST, GROUP, GROUP4, MONDAY, staged

TITLES = {GROUP: "和平里3栋邻里群", GROUP4: "和平里4栋邻里群", ALL: "和平里大群"}

Place = Group | Topic | None
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Setting:
    """How the town looks on Telegram before the play begins."""

    kind: Kind = "supergroup"
    bot: Standing = "administrator"
    forum: bool = False
    privacy: bool = True
    unstarted: frozenset[str] = frozenset()  #: of the cast, who never pressed Start
    unnamed: frozenset[str] = frozenset()  #: of the cast, who chose no username
    database_url: str | None = None  #: one that was prepared; none: a fresh one
    database: str = ""  #: of this kind; as the run was told, if none is given


@dataclass(slots=True)
class Actor:
    """Somebody of the cast; speaks in building 3's group unless told otherwise."""

    stage: TelegramStage
    person: Person

    @property
    def id(self) -> str:
        """The user's id as it is stored."""
        return str(self.person.id)

    async def says(
        self, text: str, place: Place = None, *, reply_to: Message | None = None, **more: Any
    ) -> Message:
        """Say something; the bot then does all it has to."""
        where = place or self.stage.group
        return await self.stage.after(self.person.says(where, text, reply_to=reply_to, **more))

    async def writes(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Say something to the bot in private."""
        said = self.person.says(self.person.private, text, reply_to=reply_to)
        return await self.stage.after(said)

    async def starts(self, payload: str = "") -> None:
        """Press Start, perhaps through a link."""
        await self.stage.after(self.person.starts(payload))

    async def sends_photo(self, caption: str = "", place: Place = None, **more: Any) -> Message:
        """Send a picture with or without words."""
        where = place or self.stage.group
        return await self.stage.after(self.person.sends_photo(where, caption, **more))

    async def presses(self, message: Message, label: str) -> str:
        """Press the button that says `label`; gives the notice."""
        data = next((each for each in message.buttons if label in each), label)
        press = await self.stage.after(self.person.presses(message, data))
        assert press.answered, "a press must be acknowledged"
        return press.answer

    async def presses_old(self, message: Message, data: str) -> str:
        """Press a button that an edit has taken away meanwhile; gives the notice."""
        press = await self.stage.after(self.person.presses_old(message, data))
        assert press.answered, "a press must be acknowledged"
        return press.answer

    async def reacts(self, message: Message, emoji: str | None, **more: Any) -> None:
        """Put an emoji on a message, or take one's own away."""
        await self.stage.after(self.person.reacts(message, emoji, **more))

    async def edits(self, message: Message, text: str) -> None:
        """Change what was said."""
        await self.stage.after(self.person.edits(message, text))

    @property
    def heard(self) -> list[Message]:
        """What the bot said to this person in private."""
        return self.person.private.said

    @property
    def last(self) -> Message:
        """The last thing the bot said to this person in private."""
        return self.person.private.last


class TelegramStage(Peopled[Actor]):
    """The program on stage, with Telegram around it."""

    #: The limits let one message a second into a chat.
    patience = 90

    def __init__(self, store: Store, clock: VirtualClock, tg: FakeTelegram, reader: Any) -> None:
        self.tg = tg
        self.groups: dict[str, Group] = {}
        self.cast: dict[str, Actor] = {}
        self.throttled = 0  #: how many 429s a test ordered
        super().__init__(store, clock, reader)

    def given(self) -> dict[str, Any]:
        """The bot as an operator sets it."""
        return {"telegram_token": self.tg.token, "telegram_base_url": self.tg.base_url}

    @property
    def platform(self) -> TelegramPlatform:
        """Telegram as the program sees it."""
        found = self.app.platforms["telegram"]
        assert isinstance(found, TelegramPlatform)
        return found

    # The program ----------------------------------------------------------------------------

    async def begins(self) -> None:
        """The program starts and asks for updates."""
        before = len(self.tg.calls("getUpdates"))
        await self._receives(self.platform)
        await self.tg.until(lambda: len(self.tg.calls("getUpdates")) > before)

    async def _all_read(self) -> None:
        await self.tg.until_read()

    def _more_to_come(self) -> bool:
        return bool(self.tg.world.updates.queue)

    async def after(self, doing: Awaitable[Done]) -> Done:
        """Somebody does something, and the bot does all that follows."""
        done = await doing
        await self.settles()
        return done

    def ends(self) -> None:
        """Whatever happened, the bot never made a call that no bot should make."""
        assert not self.tg.violations, self.tg.violations
        refused = [each for each in self.tg.calls() if each.status == 429]
        assert len(refused) == self.throttled, refused

    # What stands in the chats ---------------------------------------------------------------

    @property
    def group(self) -> Group:
        """Building 3's group."""
        return self.groups[GROUP]

    def card(self, number: int = 1, group: Group | None = None) -> Message:
        """The card of a request in a group; there must be exactly one."""
        (found,) = self.cards(number, group)
        return found

    def cards(self, number: int = 1, group: Group | None = None) -> list[Message]:
        """All messages of the bot that look like the card of a request."""
        said = (group or self.group).said
        return [each for each in said if any(f"#{number} " in bold for bold in each.bold)]

    def page(self, actor: Actor, number: int = 1) -> Message:
        """What a person asked to help was sent in private about a request."""
        found = [each for each in actor.heard if f"#{number} " in each.text]
        assert found, f"{actor.person.name} was not asked about #{number}"
        return found[0]

    # What is remembered ---------------------------------------------------------------------

    async def events(self, number: int = 1) -> list[str]:
        """The moves of a request, in order."""
        async with self.store.read() as store:
            asked = select(Event.move).join(Request, Request.id == Event.request_id)
            rows = await store.scalars(asked.where(Request.number == number).order_by(Event.id))
            return list(rows.all())

    async def area_of(self, group: Group) -> str | None:
        """The place that a group is bound to."""
        async with self.store.read() as store:
            asked = select(Area.name).join(Chat, Chat.area_id == Area.id)
            return await store.scalar(asked.where(Chat.external_id == str(group.id)))

    async def chat_of(self, group: Group) -> Chat:
        """What is remembered of a group."""
        async with self.store.read() as store:
            found = await store.scalar(select(Chat).where(Chat.external_id == str(group.id)))
        assert found is not None
        return found


@asynccontextmanager
async def on_telegram(
    folder: Path, setting: Setting | None = None
) -> AsyncGenerator[TelegramStage]:
    """The sample neighbourhood with its people on Telegram, on a Monday morning."""
    setting = setting or Setting()
    url, kind = setting.database_url, setting.database
    async with staged(folder, start=MONDAY, database_url=url, kind=kind) as seed:
        fake = FakeTelegram(now=seed.clock.now, privacy=setting.privacy, limits=True)
        async with fake as tg:
            stage = TelegramStage(seed.app.store, seed.clock, tg, seed.app.desk.reader)
            await seat_all(stage, setting)
            async with playing(stage):
                yield stage


async def seat_all(stage: TelegramStage, setting: Setting) -> None:
    """Everybody of the cast gets a Telegram account; everybody sits in all groups."""
    for key, name, *_ in CAST:
        person = stage.tg.person(name, username=None if key in setting.unnamed else key)
        person.private.started = key not in setting.unstarted
        stage.cast[key] = Actor(stage, person)
    everybody = [actor.person for actor in stage.cast.values()]
    for key, title in TITLES.items():
        stage.groups[key] = stage.tg.group(
            title, everybody, kind=setting.kind, bot=setting.bot, forum=setting.forum
        )
    hears = setting.bot == "administrator" or not setting.privacy
    people = [
        seated(
            key,
            actor.id,
            named=actor.person.user.get("username"),
            alone=actor.person.private.started,
        )
        for key, actor in stage.cast.items()
    ]
    groups = {key: str(group.id) for key, group in stage.groups.items()}
    administrator = setting.bot == "administrator"
    await seat(
        stage.store, "telegram", people, groups, administrator=administrator, hears_all=hears
    )
