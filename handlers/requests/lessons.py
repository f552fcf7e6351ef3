"""What the bot learns from the life of a request: whether it was one, and what was put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.context import Context
from handlers.directory import groups
from handlers.directory.zones import zone_at
from handlers.learning import keeping, lending, readings
from handlers.learning.keeping import Lesson
from handlers.learning.rules import Kind, Tally
from handlers.requests import deadlines
from handlers.requests.case import Case, quiet_at
from handlers.requests.rules import Ending, Move, State
from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Place, Urgency
from handlers.understanding.meaning import Kind as RequestKind
from handlers.understanding.seen import Seen, see_pair
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import learning as query
from storage.tables import Chat, Person, Reading, Request

#: How it began: heard and opened, opened after a question, or passed over until somebody saw it.
HEARD, ASKED, MISSED = "heard", "asked", "missed"
#: Who does this says that it is one.
CONFIRMS = frozenset(
    {Move.TAKE, Move.DONE, Move.CONFIRM, Move.HELP, Move.WAIT, Move.REFER, Move.CLOSE}
)
OPEN = {"outcome": Outcome.OPEN.value}
TALK = {"outcome": Outcome.TALK.value, "emergency": "no"}


def as_read(seen: Seen, how: str, *, opens: bool, own: bool = True) -> dict[str, Any]:
    """How a message was read, as a report carries it; `own`: in its reporter's own words."""
    return {"seen": seen.kept(), "how": how, "opens": opens, "own": own}


async def opened(case: Case, chat: Chat, read: dict[str, Any]) -> None:
    """A request began from what was said in a chat (`as_read`)."""
    work = case.work
    if read["how"] == MISSED:
        bare = _lesson(case, chat, read["seen"])
        sender = bare.sender if read["own"] else None
        await keeping.keep(work, replace(bare, kind=Kind.MISSED, right=OPEN, sender=sender))
        if sender is not None:
            await _ask_sender(case)
        return
    asked = read["how"] == ASKED
    await readings.keep(work, chat, read, request=case.request, right=True if asked else None)
    if asked:
        bare = _lesson(case, chat, read["seen"])
        await keeping.keep(work, replace(bare, kind=Kind.CONFIRMED, right=OPEN))
    await _weigh(work, chat, case.delay)


async def declined(ctx: Context, read: dict[str, Any] | None, words: str) -> None:
    """Who was asked says that it is none."""
    if read is None:
        return
    await readings.keep(ctx, ctx.chat, read, right=False)
    seen, sender = Seen.of(read["seen"]), ctx.person
    await keeping.keep(
        ctx,
        Lesson(
            kind=Kind.NOT_REQUEST, chat=ctx.chat, seen=seen, right=TALK, sender=sender, text=words
        ),
    )
    await _weigh(ctx, ctx.chat, await _until_awake(ctx, ctx.chat))


async def moved(case: Case, kind: Move, actor: Person | None) -> None:
    """Somebody did something with a request that was opened from talk."""
    if actor is None:
        return
    work = case.work
    reading = await query.reading_of(work.store, case.request.id)
    chat = await work.store.get(Chat, reading.chat_id) if reading else None
    if reading is None or chat is None:
        return
    before = reading.right
    if kind is Move.UNDO:
        await _undone(case, reading)
    elif (lesson := _learnt(case, kind, _lesson(case, chat, reading.seen))) is not None:
        await keeping.keep(work, lesson)
        if lesson.right and lesson.sender is not None:
            await _ask_sender(case)
    if kind is not Move.UNDO:
        reading.right = _verdict(case, kind, reading)
    if reading.right is not before:
        await work.store.flush()
        await _weigh(work, chat, case.delay)


async def _undone(case: Case, reading: Reading) -> None:
    """What was put right is taken back, and is no example."""
    data = case.event.data if case.event else {}
    await query.taken_back(case.work.store, int(data.get("undoes") or 0))
    if data.get("undone") in (Move.MERGE, Move.CLOSE):
        reading.right = None


def _verdict(case: Case, kind: Move, reading: Reading) -> bool | None:
    """Whether it was right to open it, as far as is known now."""
    if case.request.ending == Ending.CANCELLED:
        return False
    if kind is Move.MERGE:
        return False if _in_same_chat(case, reading) else reading.right
    return True if kind in CONFIRMS else reading.right


def _in_same_chat(case: Case, reading: Reading) -> bool:
    """Whether it was merged into one that the bot knew of in that chat."""
    into = case.into
    return into is not None and into.chat_id == reading.chat_id


def _lesson(case: Case, chat: Chat, seen: dict[str, Any]) -> Lesson:
    """All of a lesson but what it teaches."""
    request = case.request
    return Lesson(
        kind=Kind.CONFIRMED,
        chat=chat,
        seen=Seen.of(seen),
        right={},
        sender=case.person(request.reporter_id),
        text=request.words,
        request=request,
        event=case.event,
    )


def _learnt(case: Case, kind: Move, bare: Lesson) -> Lesson | None:
    """What a move teaches; None: nothing."""
    request, data = case.request, case.event.data if case.event else {}
    if request.ending == Ending.CANCELLED:
        was = {"outcome": Outcome.OPEN.value, "category": request.category}
        return replace(bare, kind=Kind.NOT_REQUEST, was=was, right=TALK)
    if kind is Move.RECATEGORISE:
        right = {"category": request.category}
        return replace(bare, kind=Kind.CATEGORY, was={"category": data["from"]}, right=right)
    if kind is Move.CORRECT:
        right = {"urgency": request.urgency}
        return replace(bare, kind=Kind.URGENCY, was={"urgency": data["from"]}, right=right)
    if kind is Move.MOVE:
        return replace(bare, kind=Kind.PLACE, right=bare.seen.source_of(_place(case)))
    if kind is Move.MERGE and case.into is not None:
        return _pair(bare, Kind.MERGED, request, case.into, "yes")
    if kind is Move.SPLIT and case.child is not None:
        return _pair(bare, Kind.SPLIT, case.child, request, "no")
    return None


def _place(case: Case) -> Place:
    codes = case.facts.codes
    return Place(codes.get("building"), codes.get("unit"), None, codes.get("household"))


def _pair(bare: Lesson, kind: Kind, one: Request, other: Request, same: str) -> Lesson:
    """Two that are the same, or not: what their words share is counted, none of them kept."""
    heard = Heard(str(one.id), one.opened_at, str(one.reporter_id), one.words)
    known = KnownRequest(
        key=str(other.id),
        category=other.category,
        urgency=Urgency(other.urgency),
        kind=RequestKind(other.kind),
        place=Place(**{name: other.place.get(name) for name in ("building", "unit", "floor")}),
        sender=str(other.reporter_id),
        opened_at=other.opened_at,
        last_at=other.opened_at,
        words=other.words,
    )
    seen = see_pair(heard, known)
    was = {"link": "no" if same == "yes" else "yes"}
    return replace(bare, kind=kind, seen=seen, was=was, right={"link": same}, sender=None)


async def _ask_sender(case: Case) -> None:
    """Whose words were misread is asked once whether they may be kept: never amid danger, nor
    while they are asked whether it is solved."""
    sender = case.person(case.request.reporter_id)
    if sender is None or case.emergency or case.state is State.DONE:
        return
    await case.know([sender])
    await case.know_hours([sender.id])
    delay = case.tell_at(sender.id) - case.work.now
    await lending.ask_once(case.work, case.addresses[sender.id], case.request, delay)


async def _weigh(work: Work, chat: Chat, delay: timedelta) -> None:
    """Whether the group goes over to acting, or back to asking; its coordinators are told once."""
    counted = await readings.weigh(work, chat)
    if counted is not None:
        key = "learning.acts_now" if chat.acts_since is not None else "learning.asks_again"
        await groups.tell_coordinators(work, chat, key, delay=delay or None, **_told(counted))


def _told(counted: Tally) -> dict[str, object]:
    return {"right": counted.right, "n": counted.cases, "share": f"{counted.share:.0%}"}


async def _until_awake(work: Work, chat: Chat) -> timedelta:
    """How long a word that is not urgent waits for the end of the place's quiet hours."""
    if chat.area_id is None:
        return timedelta(0)
    facts = await areas_query.facts_at(work.store, chat.area_id)
    quiet = quiet_at(work.policy, facts)
    return deadlines.awake(work.now, quiet, zone_at(work, facts)) - work.now
