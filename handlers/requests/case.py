"""The whole of one request while something is done with it: its place, people, pages, voices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.deadlines import Deadline
from config.policy import Policy
from config.spans import Span, hours
from config.subjects import QuietPolicy
from config.words import best_language
from handlers.chat.incoming import Media
from handlers.chat.platform import Hears
from handlers.directory.addresses import Address, addresses
from handlers.directory.zones import zone_at
from handlers.requests import batches, deadlines, routing
from handlers.requests.deadlines import Hours, Moments, Terms
from handlers.requests.routing import Asked, Matter
from handlers.requests.rules import State, Who
from handlers.requests.stop_rules import Clocks
from handlers.requests.voices import Voices
from handlers.requests.worktime import WorkCalendar
from handlers.understanding.meaning import Urgency
from handlers.work import Grown, RefusalError, Work
from storage.queries import archiving
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import requests as query
from storage.queries import said as said_query
from storage.queries import voices as voices_query
from storage.queries.accounts import Reach
from storage.queries.areas import AreaFacts
from storage.tables import Chat, Event, Page, Person, Request, RequestMessage, Supporter


@dataclass(slots=True)
class Case:
    """A request with all that is needed to show it and to decide about it."""

    work: Work
    request: Request
    facts: AreaFacts
    people: dict[int, Person]
    pages: list[Page]  #: of those who are asked now
    voices: Voices  #: who reported or joined
    chats: list[Chat]  #: where its card stands
    whos: frozenset[Who] = frozenset()  #: what the person who acts is to it
    addresses: dict[int, Address] = field(default_factory=dict[int, Address])
    owners: dict[int, tuple[str | None, str | None]] = field(
        default_factory=dict[int, tuple[str | None, str | None]]
    )  #: languages of those whose private chats are among `chats`
    done_by: int | None = None  #: who said that it is done, while that is asked about
    round: int = 0  #: of the question that stands: a move may begin the next one
    reminded: bool = False  #: the question that stands is the one that was asked once more
    returns: State | None = None  #: where what is being done puts it back to
    event: Event | None = None  #: the line of its history for what was done
    child: Request | None = None  #: split off by what is being done
    into: Request | None = None  #: it is merged into this by what is being done
    asked: Asked | None = None  #: who is asked anew by what is being done
    fresh: list[Page] = field(default_factory=list[Page])  #: made by what is being done
    retired: list[Page] = field(default_factory=list[Page])  #: ended by what is being done
    said: list[RequestMessage] | None = None  #: its report and details, if all are known
    #: with the chats in which they were sent, once known
    pictures: list[tuple[Chat, Media]] = field(default_factory=list[tuple[Chat, Media]])
    report_id: str | None = None  #: the message it came from, for the card to reply to
    #: the promises with which it was opened just now, for its first line of history
    opened_with: dict[str, Any] = field(default_factory=dict[str, Any])
    begins: bool = False  #: opened just now: all there was of it is written
    near: Chat | None = None  #: where it is being shown: people are named as they are called there
    #: by chat, if all that becomes different there is that more was said of it
    grown: dict[int, Grown] = field(default_factory=dict[int, Grown])
    acked: bool = False  #: one more of those asked has taken it just now
    wait: Span | None = None  #: until the next rung is asked; None: as long as an answer may take
    hours: dict[int, Hours] = field(default_factory=dict[int, Hours])  #: people's own, once read
    _terms: tuple[Any, Terms] | None = None

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
        return quiet_at(self.work.policy, self.facts)

    @property
    def policy(self) -> Policy:
        """The policy of the place."""
        return routing.policy_at(self.work.policy, self.facts)

    @property
    def calendar(self) -> WorkCalendar:
        """When people work there; days off set in chat are added to those of the policy."""
        return calendar_at(self.policy, self.facts, self.zone)

    @property
    def deadline(self) -> Deadline:
        """How long each clock of such a matter runs."""
        matter = self.matter
        return self.policy.deadlines.for_(
            matter.category, matter.urgency, matter.place_kind, matter.governance
        )

    @property
    def language(self) -> str:
        """The language of the community."""
        return best_language(self.facts.language, default=self.work.desk.defaults.language)

    @property
    def households(self) -> int:
        """How many households say so (a person whose home is unknown counts as one)."""
        return self.voices.households

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

    @property
    def terms(self) -> Terms:
        """When its clocks end, were they to begin now."""
        request = self.request
        known = (request.category, request.urgency, self.wait, self.facts)
        if self._terms is None or self._terms[0] != known:
            self._terms = known, self._terms_now()
        return self._terms[1]

    def _terms_now(self) -> Terms:
        deadline = self.deadline
        return Terms(
            now=self.work.now,
            deadline=deadline,
            calendar=self.calendar,
            quiet=None if self.emergency else self.quiet,
            wait=self.wait or deadline.answer,
            callback=hours(self.policy.callback.hours),
        )

    @property
    def clocks(self) -> Clocks:
        """Its clocks as they stand."""
        request = self.request
        return Clocks(
            answer=request.answer_due,
            answered=request.answered_at,
            ladder=request.climb_at,
            progress=request.progress_due,
            solve=request.solve_due,
            paused=request.paused_at,
            solving=request.state not in (State.DONE, State.CLOSED),
            callback=request.callback_due,
        )

    def keep(self, clocks: Clocks) -> None:
        """Its clocks stand so from now on."""
        request = self.request
        request.answer_due, request.answered_at = clocks.answer, clocks.answered
        request.climb_at, request.progress_due = clocks.ladder, clocks.progress
        request.solve_due, request.paused_at = clocks.solve, clocks.paused
        request.callback_due = clocks.callback

    @property
    def moments(self) -> Moments:
        """All moments at which the clock may have to look at it."""
        request = self.request
        reminder = hours(self.policy.callback.hours - self.policy.callback.remind_hours).calendar
        asked = request.callback_due if request.reminded_at is None else None
        return Moments(
            climb=request.climb_at,
            progress=request.progress_due,
            solve=request.solve_due if request.late_at is None else None,
            resume=request.resume_at,
            remind=self.awake(asked - reminder) if asked else None,
            callback=request.callback_due,
            ages=request.ages_at,
        )

    @property
    def enough(self) -> bool:
        """Whether as many have taken it as the rung wants (R32)."""
        taken = {page.person_id for page in self.pages if page.answered_at is not None}
        if self.request.holder_id is not None:
            taken.add(self.request.holder_id)
        return len(taken) >= self.request.wanted

    async def know_hours(self, person_ids: Iterable[int]) -> None:
        """Read when these people can be told."""
        new = [each for each in person_ids if each not in self.hours]
        if not new or self.emergency:
            return
        rows = await batches.hours(self.work, new)
        self.hours.update({each: Hours() for each in new})
        self.hours.update({row.person_id: Hours.of(row.quiet, row.duty) for row in rows})

    @property
    def next_morning(self) -> datetime:
        """When people wake the next time."""
        return deadlines.next_morning(self.work.now, self.quiet, self.zone)

    def wakes(self, role: str) -> bool:
        """Whether it breaks quiet hours for who is asked in this role (R37): danger does for all,
        what is urgent for whoever is on duty just now, as on a night line."""
        urgent = self.request.urgency == Urgency.URGENT
        return self.emergency or (urgent and role == routing.ON_DUTY)

    def tell_at(self, person_id: int, role: str = "") -> datetime:
        """When somebody may be told of it who is asked in a role (R37)."""
        if self.wakes(role):
            return self.work.now
        own = self.hours.get(person_id, Hours())
        return deadlines.told(self.work.now, self.quiet, own, self.calendar)

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

    async def details(self, most: int) -> list[str]:
        """The words that were added last, the newest last."""
        if self.said is None:
            return await said_query.newest_details(self.work.store, self.request.id, most)
        return [each.text for each in self.said if each.role == "detail" and each.text][-most:]

    async def with_media(self, most: int) -> Sequence[RequestMessage]:
        """What of it was sent with a picture (voice, video, file), the first ones first."""
        if self.said is None:
            return await said_query.with_media(self.work.store, self.request.id, most)
        return [each for each in self.said if each.media][:most]

    async def meet(self, person_ids: Iterable[int]) -> None:
        """Read who these are."""
        missing = set(person_ids) - set(self.people)
        self.people.update(await people_query.people(self.work.store, missing))

    async def know(self, people: Iterable[Person], accounts: Sequence[Reach] | None = None) -> None:
        """Find out where these people can be reached (`accounts`, if theirs were read already)."""
        new = [person for person in people if person.id not in self.addresses]
        self.people.update({person.id: person for person in new})
        near = next((chat for chat in self.chats if chat.kind == "group"), None)
        if accounts is None and new:
            accounts = await batches.accounts(self.work, [person.id for person in new])
        self.addresses.update(await addresses(self.work, new, near, self.language, accounts))


def quiet_at(policy: Policy, facts: AreaFacts) -> QuietPolicy:
    """When people sleep at a place."""
    own = facts.settings.get("quiet")
    return QuietPolicy.model_validate(own) if own else routing.policy_at(policy, facts).quiet


def calendar_at(policy: Policy, facts: AreaFacts, zone: ZoneInfo) -> WorkCalendar:
    """When people work at a place."""
    own, off = policy.calendar, facts.settings.get("days_off")
    if off:
        own = own.model_copy(update={"days_off": (*own.days_off, *off)})
    return WorkCalendar(zone, own)


async def check_here(work: Work, request: Request) -> None:
    """Raise RefusalError for a request whose words and history went into a file."""
    if request.archive_id is not None:
        file = await archiving.file_of(work.store, request.archive_id)
        raise RefusalError("request.archived", number=request.number, file=file)


async def load(work: Work, request: Request) -> Case:
    """Read one request: its voices are counted, and read when they are asked for.

    Raises RefusalError for one that is in an archive.
    """
    await check_here(work, request)
    facts = await areas_query.facts_at(work.store, request.area_id)
    pages = await query.active_pages(work.store, request.id)
    tally = await voices_query.tally(work.store, request.id)
    asking = request.state == State.DONE
    done_by = await query.done_by(work.store, request.id) if asking else None
    ids = {
        *(page.person_id for page in pages),
        *(each for each in (request.holder_id, request.reporter_id, request.filed_by) if each),
        *([done_by] if done_by else []),
    }
    chats = await query.chats(work.store, request.card_chats)
    return Case(
        work,
        request,
        facts,
        await people_query.people(work.store, ids),
        pages,
        Voices(work.store, request, tally),
        chats,
        owners=await query.owners_languages(work.store, chats),
        done_by=done_by,
        round=request.round,
        reminded=request.reminded_at is not None,
    )


async def load_all(work: Work, requests: Sequence[Request]) -> list[Case]:
    """Read all of several requests together: a question for each table, not for each request."""
    store, ids = work.store, [request.id for request in requests]
    pages = batches.by_request(await query.active_pages_of(store, ids))
    voices = batches.by_request(await voices_query.supporters_of(store, ids))
    said = batches.by_request(await said_query.all_words_of(store, ids))
    done_by = await query.done_by_of(store, [r.id for r in requests if r.state == State.DONE])
    chats = {
        chat.id: chat
        for chat in await query.chats(store, [each for r in requests for each in r.card_chats])
    }
    owners = await query.owners_languages(store, chats.values())
    known = {request.id: _people_of(request, pages, voices, done_by) for request in requests}
    people = await people_query.people(store, set[int]().union(*known.values()))
    await batches.accounts(work, list(people))
    return [
        Case(
            work,
            request,
            await areas_query.facts_at(store, request.area_id),
            {each: people[each] for each in known[request.id] if each in people},
            list(pages.get(request.id, ())),
            Voices(store, request, found=voices.get(request.id, ())),
            [chats[each] for each in request.card_chats if each in chats],
            owners=owners,
            done_by=done_by.get(request.id),
            said=list(said.get(request.id, ())),
            round=request.round,
            reminded=request.reminded_at is not None,
        )
        for request in requests
    ]


def _people_of(
    request: Request,
    pages: Mapping[int, Sequence[Page]],
    voices: Mapping[int, Sequence[Supporter]],
    done_by: Mapping[int, int],
) -> set[int]:
    found = {
        *(page.person_id for page in pages.get(request.id, ())),
        *(each.person_id for each in voices.get(request.id, ())),
        *(request.holder_id, request.reporter_id, request.filed_by, done_by.get(request.id)),
    }
    return {each for each in found if each is not None}


def answering(work: Work, groups: Iterable[Chat]) -> list[Chat]:
    """The groups in which somebody can answer: others are for announcements and reminders."""
    return [each for each in groups if work.can(each.platform).hears is not Hears.NOTHING]
