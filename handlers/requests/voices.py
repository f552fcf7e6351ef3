"""Who speaks for a request: counted where that is enough, and read only as far as it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from storage.laying import lay
from storage.queries import voices as query
from storage.queries.voices import Tally
from storage.tables import Request, Supporter

NOBODY = Tally()


class Voices:
    """The voices of one request in one transaction. Thousands may have joined."""

    def __init__(
        self,
        store: AsyncSession,
        request: Request,
        tally: Tally = NOBODY,
        *,
        found: Sequence[Supporter] | None = None,
    ) -> None:
        """`tally`: how many they are; `found`: all of them, if they were read already."""
        self._store = store
        self._request = request
        self._all = list(found) if found is not None else None
        self._tally = tally

    @property
    def households(self) -> int:
        """How many households say so (a person whose home is unknown counts as one)."""
        return count_households(self._all) if self._all is not None else self._tally.households

    @property
    def solved(self) -> int:
        """How many voices say that it is solved."""
        if self._all is None:
            return self._tally.solved
        return sum(1 for each in self._all if each.verdict == "solved")

    async def all(self) -> Sequence[Supporter]:
        """Everybody's, the reporter's first; read when first asked for."""
        if self._all is None:
            self._all = await query.supporters(self._store, self._request.id)
        return self._all

    async def of(self, person_id: int) -> Supporter | None:
        """One person's."""
        if self._all is None:
            return await query.voice(self._store, self._request.id, person_id)
        return next((each for each in self._all if each.person_id == person_id), None)

    async def unasked(self) -> Sequence[Supporter]:
        """Of those who were not asked yet whether it is solved."""
        if self._all is None:
            return await query.unasked(self._store, self._request.id)
        return [each for each in self._all if each.verdict is None]

    def begin(self, voice: Supporter) -> None:
        """The first one, of a request that is opened just now."""
        self._all = [voice]

    async def add(self, voice: Supporter) -> None:
        """One more."""
        await lay(self._store, voice)
        await self.count()
        if self._all is not None:
            self._all.append(voice)

    async def drop(self, voices: Iterable[Supporter]) -> None:
        """These are taken back."""
        gone = list(voices)
        for each in gone:
            await self._store.delete(each)
        await self.count()
        if self._all is not None:
            self._all = [each for each in self._all if each not in gone]

    async def count(self) -> None:
        """Something of it changed: it is counted anew (what is pending is written before)."""
        await self._store.flush()
        if self._all is None:
            self._tally = await query.tally(self._store, self._request.id)


def count_households(supporters: Iterable[Supporter]) -> int:
    """Voices counted by household, by person where the home is unknown."""
    return len({home_of(each) for each in supporters})


def home_of(voice: Supporter) -> int:
    """What a voice is counted by: its household, or the person where that is unknown."""
    return voice.home_key or -voice.person_id
