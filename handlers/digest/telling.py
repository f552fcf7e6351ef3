"""What a digest says: what was solved, what is open and with whom, what is late, thanks.

It names people only as their cards do, and counts nobody (LAW.md, last part).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.chat.outgoing import Content
from handlers.directory.roster import role_name
from handlers.noise.groups import rules_of
from handlers.requests import texts
from handlers.requests.rules import State
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import digests as query
from storage.queries import people as people_query
from storage.queries import requests as request_query
from storage.queries.digests import Week
from storage.tables import Chat, Request


async def content(
    work: Work, chat: Chat, since: datetime, language: str, folded: Sequence[str] = ()
) -> Content | None:
    """A group's digest of the time since a moment; None: nothing happened."""
    here = await rules_of(work, chat)
    if here is None:
        return None
    week = await query.week(work.store, chat, here.facts.path, since, work.now)
    if not week.changed and not folded:
        return None
    lines = await _lines(work, here.policy.digest.most, week, language)
    if folded:
        lines += ["", work.word(language, "digest.folded", n=len(folded)), *folded]
    title = work.word(
        language,
        "digest.title",
        first=texts.day(work, language, since, here.zone),
        last=texts.day(work, language, work.now, here.zone),
    )
    return Content(title=title, text="\n".join(lines))


async def _lines(work: Work, most: int, week: Week, language: str) -> list[str]:
    late = [each for each in week.open if _is_late(each, work.now)]
    running = [each for each in week.open if each not in late]
    solved = [await _line(work, language, each, "solved") for each in week.solved[:most]]
    lines = _part(work, language, "solved", solved, len(week.solved))
    if week.ended:
        lines.append(work.word(language, "digest.ended", n=week.ended))
    for name, some in (("late", late), ("open", running)):
        shown = [await _open_line(work, language, each) for each in some[:most]]
        lines += _part(work, language, name, shown, len(some))
    if week.solved:
        lines += ["", work.word(language, "digest.thanks", n=max(1, week.households))]
    return lines


def _is_late(request: Request, now: datetime) -> bool:
    running = request.state in (State.OPEN, State.TAKEN)
    return running and request.solve_due is not None and request.solve_due <= now


def _part(work: Work, language: str, name: str, shown: Sequence[str], n: int) -> list[str]:
    if not n:
        return []
    more = [work.word(language, "digest.more", n=n - len(shown))] if n > len(shown) else []
    return [work.word(language, f"digest.{name}", n=n), *shown, *more]


async def _line(work: Work, language: str, request: Request, key: str) -> str:
    facts = await areas_query.facts_at(work.store, request.area_id)
    return work.word(
        language,
        f"digest.line_{key}",
        number=request.number,
        what=texts.category(work, language, request.category),
        where=texts.public_place_of(work, language, facts, request),
    )


async def _open_line(work: Work, language: str, request: Request) -> str:
    line = await _line(work, language, request, "open")
    return line + work.word(
        language,
        "digest.with",
        state=work.word(language, f"request.state.{request.state}"),
        who=await _with_whom(work, language, request),
    )


async def _with_whom(work: Work, language: str, request: Request) -> str:
    """Who holds it, as its card says; else as what those are asked who are."""
    if request.holder_id is not None:
        people = await people_query.people(work.store, [request.holder_id])
        return "".join(person.name for person in people.values())
    pages = await request_query.active_pages(work.store, request.id)
    top = max((page.rung for page in pages), default=0)
    roles = dict.fromkeys(page.role for page in pages if page.rung == top)
    names = [role_name(work, language, role) for role in roles]
    return work.word(language, "request.between").join(names) or work.word(
        language, "digest.nobody"
    )
