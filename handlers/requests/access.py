"""The one checked way to a request: who somebody is to it, and who may see it at all."""

from __future__ import annotations

from collections.abc import Collection

from config.terms import Right
from handlers.context import Context
from handlers.directory import access as rights
from handlers.directory.roster import role_name
from handlers.requests import texts
from handlers.requests.case import Case, check_here, load
from handlers.requests.rules import Move, Rule, State, Who, rule_of
from handlers.work import RefusalError, Work
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import request_lists as list_query
from storage.queries import requests as query
from storage.tables import Person, Request

WHO_OF_RIGHT: dict[Right, Who] = {
    "answer": Who.STAFF,
    "correct": Who.CORRECTOR,
    "assign": Who.ASSIGNER,
    "manage": Who.MANAGER,
}
#: Those whose roles are named to who may not; all staff together have a name of their own.
RIGHT_OF_WHO: dict[Who, Right] = {
    who: right for right, who in WHO_OF_RIGHT.items() if who is not Who.STAFF
}


async def follow(work: Work, request: Request) -> Request:
    """The request itself, or the one it was merged into."""
    for _ in range(10):  # a chain of merges is short; a circle cannot be made, but never loop
        if request.merged_into is None:
            break
        into = await work.store.get(Request, request.merged_into)
        if into is None:
            break
        request = into
    return request


async def whos(case: Case, person: Person | None) -> frozenset[Who]:
    """What somebody is to a request; nobody is the clock."""
    if person is None:
        return frozenset({Who.CLOCK})
    request = case.request
    if _nameless(case, person):
        return frozenset()
    found = {
        WHO_OF_RIGHT[right]
        for right in await rights.rights_over(
            case.work.store, case.work.policy, person.id, request.area_path
        )
        if right in WHO_OF_RIGHT
    }
    facts = {
        Who.ASKED: case.page_of(person.id) is not None,
        Who.HOLDER: request.holder_id == person.id,
        Who.REPORTER: person.id in (request.reporter_id, request.filed_by),
        Who.SUPPORTER: await case.voices.of(person.id) is not None,
    }
    return frozenset(found | {who for who, holds in facts.items() if holds})


def _nameless(case: Case, person: Person) -> bool:
    """Whether this is somebody who speaks as a group or a channel: today one, tomorrow another."""
    work = case.work
    return isinstance(work, Context) and work.anonymous and person.id == work.person.id


async def check(case: Case, move: Move, actor: Person | None) -> Rule:
    """The rule by which somebody may make a move now; raises RefusalError in words (R28)."""
    rule = rule_of(case.state, move)
    if rule is None:
        raise await already(case, actor)
    case.whos = await whos(case, actor)
    if move is Move.TAKE and case.state is State.TAKEN and rule.who.isdisjoint(case.whos):
        raise await already(case, actor)
    if rule.who.isdisjoint(case.whos):
        if actor is not None and await query.was_asked(case.work.store, case.request.id, actor.id):
            raise await already(case, actor)
        raise _not_allowed(case, actor, rule.who)
    return rule


async def may_begin(ctx: Context, request: Request, move: Move) -> None:
    """Raise RefusalError unless the speaker may make the move: before asking for what it misses."""
    await check(await case_of(ctx, request), move, ctx.person)


def _not_allowed(case: Case, actor: Person | None, who: Collection[Who]) -> RefusalError:
    """Who may make the move, in words."""
    word, language = case.work.word, best(case, actor)
    names: list[str] = []
    for each in Who:
        if each in who and each in RIGHT_OF_WHO:
            names += [role_name(case.work, language, role) for role in _roles(case, each)]
        elif each in who and each is not Who.CLOCK:
            names.append(word(language, f"request.who.{each}"))
    told = word(language, "request.between").join(dict.fromkeys(names))
    return RefusalError("request.not_allowed", number=case.request.number, who=told)


def _roles(case: Case, who: Who) -> list[str]:
    right = RIGHT_OF_WHO[who]
    return [name for name, role in case.work.policy.roles.items() if right in role.rights]


async def already(case: Case, actor: Person | None) -> RefusalError:
    """Who did what when: the answer to whoever came too late."""
    found = await query.last_change(case.work.store, case.request.id)
    language = best(case, actor)
    if found is None:
        return _not_allowed(case, actor, [Who.STAFF])
    event, name = found
    word = case.work.word
    return RefusalError(
        "request.already",
        number=case.request.number,
        who=name or word(language, "request.by_itself"),
        what=word(language, f"request.event.{event.move}"),
        when=texts.when(case, language, event.at),
        state=word(language, f"request.state.{case.state}"),
    )


def best(case: Case, actor: Person | None) -> str:
    """The language of who is answered."""
    if isinstance(case.work, Context):
        return case.work.language
    return (actor.language if actor else None) or case.language


async def may_see(ctx: Context, request: Request) -> bool:
    """Whether this person may look at a request: it is their matter, place, home or group's."""
    if await rights.may(ctx, ctx.person.id, "answer", request.area_path):
        return True
    if not ctx.private and ctx.chat.area_id is not None and await _group_sees(ctx, request):
        return True
    mine = list_query.Wanted(person_id=ctx.person.id, ids=(request.id,))
    return bool(await list_query.count(ctx.store, mine)) or await _lives_there(ctx, request)


async def _group_sees(ctx: Context, request: Request) -> bool:
    if ctx.chat.id in request.card_chats or ctx.chat.id == request.chat_id:
        return True
    area = await areas_query.area_by_id(ctx.store, ctx.chat.area_id or 0)
    return area is not None and _in_line(area.path, request.area_path)


async def is_neighbour(ctx: Context, request: Request) -> bool:
    """Whether this person lives at the place of a request, to the stairwell."""
    homes = await people_query.homes_of(ctx.store, ctx.person.id)
    return any(_in_line(area.path, request.area_path) for _, area in homes)


async def _lives_there(ctx: Context, request: Request) -> bool:
    """Whether it concerns a home of this person: at or above it, or in its building."""
    for _, area in await people_query.homes_of(ctx.store, ctx.person.id):
        line = await areas_query.line_of(ctx.store, area.path)
        building = next((each for each in line if each.kind == "building"), area)
        if _in_line(building.path, request.area_path):
            return True
    return False


def _in_line(path: str, other: str) -> bool:
    return path.startswith(other) or other.startswith(path)


async def by_id(ctx: Context, text: str) -> Request:
    """The request that a button names. Raises RefusalError where it may not be seen."""
    request = await ctx.store.get(Request, int(text)) if text.isdecimal() else None
    if request is None or not await may_see(ctx, request):
        raise RefusalError("access.old_button")
    await check_here(ctx, request)
    return request


async def by_number(ctx: Context, text: str) -> Request:
    """The request that somebody names by its number, "12" or "#12". Raises RefusalError."""
    digits = text.strip().lstrip("#＃№").strip()
    if not digits.isdecimal() or len(digits) > 9:
        raise RefusalError("request.number_wrong", text=text[:40])
    request = await query.by_number(ctx.store, await roots(ctx), int(digits))
    if request is None or not await may_see(ctx, request):
        raise RefusalError("request.unknown", number=digits)
    await check_here(ctx, request)
    return request


async def roots(ctx: Context) -> list[int]:
    """The roots whose numbers are meant here: the group's, else those of the person."""
    if ctx.chat.area_id is not None:
        area = await areas_query.area_by_id(ctx.store, ctx.chat.area_id)
        if area is not None:
            return [areas_query.ids_of(area.path)[0]]
    return await list_query.roots_of(ctx.store, ctx.person.id)


async def case_of(ctx: Context, request: Request) -> Case:
    """All of a request that this person may see."""
    return await load(ctx, request)
