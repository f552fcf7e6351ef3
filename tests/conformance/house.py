"""A house: the whole program with one platform, and the people of the cast who talk there.

Stories are told in terms of what people can do anywhere: they press a button or write its number,
they call the bot by name where it hears nothing else.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from handlers.chat.platform import Capabilities, Hears
from tests.conformance.venue import Stood

G3, G4 = "g3", "g4"  #: building 3's group and building 4's


@dataclass(frozen=True, slots=True)
class Where:
    """A message of the bot, and where it stands."""

    stood: Stood
    who: str | None  #: whose private chat it is in
    group: str = G3


@dataclass(frozen=True, slots=True)
class How:
    """How something is said."""

    private: bool = False
    group: str = G3
    photo: bool = False
    calling: bool = False  #: also where the bot hears everything and waits to be called


class House(ABC):
    """What every platform's house can do; people are named by the keys of `tests.harness.CAST`."""

    can: Capabilities

    async def says(
        self,
        who: str,
        text: str,
        *,
        private: bool = False,
        group: str = G3,
        photo: bool = False,
        calling: bool = False,
    ) -> None:
        """Somebody says something to everybody, calling the bot by name where that is needed, or
        sending it on to the bot where that alone is heard."""
        await self.say(who, text, How(private, group, photo, calling))

    @abstractmethod
    async def say(self, who: str, text: str, how: How) -> None:
        """The same, as this platform has it."""

    @abstractmethod
    async def presses(self, who: str, where: Where, label: str) -> None:
        """Somebody presses a button that stands there."""

    @abstractmethod
    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        """What the bot said in a group, or to somebody alone; oldest first."""

    @abstractmethod
    async def passes(self, **span: float) -> None:
        """Time passes."""

    @abstractmethod
    async def fails(self, times: int) -> None:
        """The next messages are refused for the moment."""

    @abstractmethod
    async def state(self, number: int) -> str:
        """Where a request stands."""

    async def notices(self) -> list[str]:
        """What pressers were told, seen by nobody else."""
        return []


async def choose(house: House, who: str, label: str, *, group: str = G3) -> None:
    """Somebody chooses what is offered to them last: by button, or by its number."""
    places: list[tuple[str | None, list[Stood]]] = []
    if house.can.private:
        places.append((who, await house.stands(who)))
    places.append((None, await house.stands(group=group)))
    for owner, stood in places:
        for each in reversed(stood):
            where = Where(each, owner, group)
            if any(label in offered for offered in each.labels):
                await house.presses(who, where, label)
                return
            if (number := number_of(each.text, label)) is not None:
                await house.says(who, number, private=owner is not None, group=group)
                return
    raise AssertionError(f"{label!r} is offered to {who} nowhere: {places}")


def number_of(text: str, label: str) -> str | None:
    """The number by which a choice is chosen, where it stands in a text."""
    found = re.search(rf"(?:[：　:]|^)(\d+) [^　\n“]*{re.escape(label)}", text, re.MULTILINE)
    return found[1] if found else None


async def there(house: House, who: str, *, group: str = G3) -> list[Stood]:
    """What the bot said where somebody speaks to it: in their group, or to them alone where
    nothing of a group reaches it but what is sent on."""
    heard = house.can.hears is not Hears.FORWARDED
    return await house.stands(None if heard else who, group=group)


async def answered(house: House, who: str = "li", *, group: str = G3) -> str:
    """The same in one text."""
    return "\n".join(each.text for each in await there(house, who, group=group))


async def told(house: House, *who: str, group: str = G3) -> str:
    """All that the bot said in a group and to these people alone, in one text."""
    stood = await house.stands(group=group)
    for each in who if house.can.private else ():
        stood += await house.stands(each)
    return "\n".join(each.text for each in stood)
