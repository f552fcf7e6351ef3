"""The whole of one request while something is done with it: its place, people, pages, voices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.policy import QuietPolicy
from config.words import best_language
from handlers.context import Work
from handlers.directory.addresses import Address, addresses
from handlers.directory.zones import zone_at
from handlers.requests import deadlines
from handlers.requests.deadlines import Due
from handlers.requests.routing import Asked, Matter
from handlers.requests.rules import State, Who
from storage.queries import directory as directory_query
from storage.queries import requests as query
from storage.queries.directory import AreaFacts, Reach
from storage.tables import Chat, Event, Page, Person, Request, RequestMessage, Supporter


@dataclass(slots=True)
class Case:
    """A request with all that is needed to show it and to decide about it."""

    work: Work
    request: Request
    facts: AreaFacts
    people: dict[int, Person]
    pages: list[Page]  #: of those who are asked now
    supporters: list[Supporter]
    chats: list[Chat]  #: where its card stands
    whos: frozenset[Who] = frozenset()  #: what the person who acts is to it
    addresses: dict[int, Address] = field(default_factory=dict[int, Address])
    owners: dict[int, tuple[str | None, str | None]] = field(
        default_factory=dict[int, tuple[str | None, str | None]]
    )  #: languages of those whose private chats are among `chats`
    done_by: int | None = None  #: who said that it is done, while that is asked about
    round: int = 0  #: of the question that stands: a move may begin the next one
    returns: State | None = None  #: where what is being done puts it back to
    event: Event | None = None  #: the line of its history for what was done
    child: Request | None = None  #: split off by what is being done
    asked: Asked | None = None  #: who is asked anew by what is being done
    fresh: list[Page] = field(default_factory=list[Page])  #: made by what is being done
    retired: list[Page] = field(default_factory=list[Page])  #: ended by what is being done
    said: list[RequestMessage] | None = None  #: its report and details, once read
    report_id: str | None = None  #: the message it came from, for the card to reply to

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the place."""
        return zone_at(self.work, self.facts)

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.request.state)

    @property
    def emergency(self) -> bool:
        """Whether there is danger."""
        return self.request.urgency == "emergency"

    @property
    def matter(self) -> Matter:
        """What routing looks at."""
        return Matter(self.request.category, self.request.urgency, self.facts)

    @property
    def quiet(self) -> QuietPolicy:
        """The quiet hours of the place, else the policy's."""
        own = self.facts.settings.get("quiet")
        return QuietPolicy.model_validate(own) if own else self.work.policy.quiet

    @property
    def language(self) -> str:
        """The language of the community."""
        return best_language(self.facts.language, default=self.work.desk.defaults.language)

    @property
    def households(self) -> int:
        """How many households say so (a person whose home is unknown counts as one)."""
        return count_households(self.supporters)

    def language_in(self, chat: Chat) -> str:
        """The language that everybody in a chat reads; in a private chat that of its person."""
        mine = self.owners.get(chat.id, ())
        return best_language(*mine, chat.language, self.facts.language, default=self.language)

    def awake(self, moment: datetime) -> datetime:
        """A moment at which people may be disturbed for this request (R37)."""
        if self.emergency:
            return moment
        return deadlines.awake(moment, self.quiet, self.zone)

    @property
    def delay(self) -> timedelta:
        """How long a private word about it must wait for the end of the quiet hours."""
        return self.awake(self.work.now) - self.work.now

    def due(self) -> Due:
        """The deadlines, were it to begin now."""
        deadline = self.work.policy.deadlines.of(self.request.urgency)
        quiet = None if self.emergency else self.quiet
        return deadlines.first_due(deadline, quiet, self.work.now, self.zone)

    def person(self, person_id: int | None) -> Person | None:
        """Somebody of the case."""
        return self.people.get(person_id) if person_id is not None else None

    def name(self, person_id: int | None, unknown: str = "") -> str:
        """The name of somebody of the case."""
        person = self.person(person_id)
        return person.name if person else unknown

    def page_of(self, person_id: int) -> Page | None:
        """How somebody is asked at this moment."""
        return next((each for each in self.pages if each.person_id == person_id), None)

    async def words(self) -> list[RequestMessage]:
        """The report and the details, read once."""
        if self.said is None:
            self.said = list(await query.words_of(self.work.store, self.request.id))
        return self.said

    async def know(self, people: Iterable[Person], accounts: Sequence[Reach] | None = None) -> None:
        """Find out where these people can be reached (`accounts`, if theirs were read already)."""
        new = [person for person in people if person.id not in self.addresses]
        self.people.update({person.id: person for person in new})
        near = next((chat for chat in self.chats if chat.kind == "group"), None)
        self.addresses.update(await addresses(self.work, new, near, self.language, accounts))


def count_households(supporters: Iterable[Supporter]) -> int:
    """Voices counted by household, by person where the home is unknown."""
    return len({home_of(each) for each in supporters})


def home_of(voice: Supporter) -> int:
    """What a voice is counted by: its household, or the person where that is unknown."""
    return voice.household_id or -voice.person_id


async def load(work: Work, request: Request) -> Case:
    """Read all of one request."""
    facts = await directory_query.facts_at(work.store, request.area_id)
    pages = await query.active_pages(work.store, request.id)
    supporters = await query.supporters(work.store, request.id)
    asking = request.state == State.DONE
    done_by = await query.done_by(work.store, request.id) if asking else None
    ids = {
        *(page.person_id for page in pages),
        *(each.person_id for each in supporters),
        *(each for each in (request.holder_id, request.reporter_id, request.filed_by) if each),
        *([done_by] if done_by else []),
    }
    chats = await query.chats(work.store, request.card_chats)
    return Case(
        work,
        request,
        facts,
        await directory_query.people(work.store, ids),
        pages,
        supporters,
        chats,
        owners=await query.owners_languages(work.store, chats),
        done_by=done_by,
        round=request.round,
    )
