"""The whole program with Telegram, for the stories that are told on every platform."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.conformance.house import G3, House, How, Where
from tests.conformance.outside_house import OutsideHouse
from tests.conformance.venue import Stood
from tests.conformance.venues import JPEG, TelegramVenue
from tests.dialogues.telegram.stage import TelegramStage, on_telegram


class TelegramHouse(OutsideHouse[TelegramStage]):
    """Telegram over loopback, by a strict fake."""

    can = TelegramVenue.can

    def __init__(self, stage: TelegramStage) -> None:
        super().__init__(stage)
        self._told: list[str] = []

    async def say(self, who: str, text: str, how: How) -> None:
        actor = self.stage.cast[who]
        place = actor.person.private if how.private else self.stage.groups[how.group]
        if how.photo:
            await self.stage.after(actor.person.sends_photo(place, text, picture=JPEG))
        else:
            await self.stage.after(actor.person.says(place, text))

    async def presses(self, who: str, where: Where, label: str) -> None:
        (message,) = [
            each for each in self._said(where.who, where.group) if str(each.id) == where.stood.id
        ]
        self._told.append(await self.stage.cast[who].presses(message, label))

    def _said(self, who: str | None, group: str) -> list[Any]:
        return self.stage.cast[who].heard if who else self.stage.groups[group].said

    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        return [
            Stood(
                str(each.id),
                each.text,
                tuple(each.buttons),
                pictures=int("photo" in each.body),
            )
            for each in self._said(who, group)
        ]

    async def fails(self, times: int) -> None:
        self.stage.tg.fail("sendMessage", 500, times=times)

    async def notices(self) -> list[str]:
        return self._told


@asynccontextmanager
async def telegram(folder: Path) -> AsyncGenerator[House]:
    """The whole program with Telegram."""
    async with on_telegram(folder) as stage:
        yield TelegramHouse(stage)
