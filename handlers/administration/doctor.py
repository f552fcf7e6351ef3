"""The doctor: what the bot can hear and do, who is out of reach, each with its remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from config.terms import Governance
from handlers.administration import unreached
from handlers.administration.finding import MOST_NAMED, Finding, Level, names_of
from handlers.chat.incoming import Incoming
from handlers.chat.platform import ChatFacts
from handlers.context import Context
from handlers.directory import access
from handlers.privacy import retention
from handlers.requests.routing import policy_at
from handlers.work import Desk, Work
from storage.queries import administration as query
from storage.queries import areas as areas_query
from storage.queries.areas import AreaFacts, ids_of
from storage.tables import Area, Chat, Leave, RoleHeld

MOST_LINES = 40
#: A database larger than this is worth a look, in megabytes.
LARGE = 5_000
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
#: What is told first.
WORST = (
    "database_old",
    "clock",
    "parked",
    "no_platform",
    "platform_down",
    "token_bad",
    "secret_bad",
    "taken_over",
    "webhook_refused",
    "deaf",
    "mute",
    "group_gone",
    "no_groups",
    "rung_nobody",
    "rung_all_away",
    "not_bound",
    "never_started",
    "no_hotline",
)

Live = Mapping[tuple[str, str | None], ChatFacts]


async def prepare(desk: Desk, incoming: Incoming) -> Live:
    """Ask the platforms before the transaction begins: each account, and this chat."""
    live: dict[tuple[str, str | None], ChatFacts] = {}
    for name in desk.capabilities:
        live[(name, None)] = await desk.examine(name, None)
    chat = incoming.chat
    live[(chat.platform, chat.id)] = await desk.examine(chat.platform, chat.id)
    return live


async def doctor(ctx: Context, rest: str) -> None:
    """/doctor: the whole path, from what is heard here to who can be reached."""
    areas = await access.require_somewhere(ctx, "manage")
    live: Live = ctx.prepared or {}
    found = await examine(ctx, live, [area.path for area in areas])
    lines = [report(ctx.desk, ctx.language, in_short(ctx.desk, ctx.language, found))]
    state = await query.database(ctx.store)
    lines.append(
        ctx.t(
            "doctor.database",
            kind=DATABASES.get(state.kind, state.kind),
            size=state.megabytes,
            revision=state.revision or state.newest,
        )
    )
    ctx.answer_text("\n".join(lines), title=ctx.t("doctor.title"))


def in_short(desk: Desk, language: str, found: Sequence[Finding]) -> list[Finding]:
    """The findings as one reads them in a chat: like ones of a role told once, with how many."""
    alike: dict[tuple[str, object], list[Finding]] = {}
    for each in found:
        alike.setdefault((each.key, each.values.get("role_key")), []).append(each)
    return [told for each in alike.values() for told in _together(desk, language, each)]


def _together(desk: Desk, language: str, alike: Sequence[Finding]) -> Sequence[Finding]:
    first, key = alike[0], f"{alike[0].key}_many"
    if len(alike) == 1 or not desk.words.has(f"doctor.{key}"):
        return alike
    between = desk.words.say(language, "request.between")

    def told(*names: str) -> str:
        said = [str(each.values[name]) for each in alike for name in names if name in each.values]
        some = list(dict.fromkeys(said))
        return between.join(some[:MOST_NAMED]) + ("…" if len(some) > MOST_NAMED else "")

    values: dict[str, object] = {"n": len(alike), "names": told("name", "group")}
    if "role_key" in first.values:
        values |= {"role_key": first.values["role_key"], "areas": told("areas")}
    return [Finding(first.level, key, values)]


def report(desk: Desk, language: str, found: Sequence[Finding], *, most: int = MOST_LINES) -> str:
    """The findings in words, the bad ones first."""
    if not found:
        return desk.words.say(language, "doctor.all_well")
    ordered = sorted(found, key=_how_bad)
    signs = {"bad": "❌", "warn": "⚠️"}
    lines = [f"{signs[each.level]} {words_of(desk, language, each)}" for each in ordered[:most]]
    if len(ordered) > most:
        lines.append(desk.words.say(language, "doctor.more", n=len(ordered) - most))
    return "\n".join(lines)


def _how_bad(finding: Finding) -> tuple[bool, int]:
    """The bad ones first, then by the order in which they keep people from being heard."""
    key = finding.key.removesuffix("_many")
    return finding.level != "bad", WORST.index(key) if key in WORST else len(WORST)


def words_of(desk: Desk, language: str, finding: Finding) -> str:
    """What is found and its remedy."""
    values = dict(finding.values)
    if role := values.pop("role_key", None):
        key = f"roles.{role}"
        values["role"] = desk.words.say(language, key) if desk.words.has(key) else role
    return desk.words.say(language, f"doctor.{finding.key}", **values)


async def examine(work: Work, live: Live, paths: Sequence[str]) -> list[Finding]:
    """All findings for the places at `paths` and below (R14, R29, R71)."""
    found = _platforms(live)
    for path in paths:
        found += await _groups(work, live, path)
        found += await _ladders(work, path)
        found += await unreached.examine(work, path)
    return _once([*found, *await _engine_room(work)])


def _once(found: Sequence[Finding]) -> list[Finding]:
    """Each finding once, in order."""
    return [each for i, each in enumerate(found) if each not in found[:i]]


def _platforms(live: Live) -> list[Finding]:
    found: list[Finding] = []
    for (platform, chat), facts in live.items():
        named: dict[str, object] = {"platform": platform}
        if chat is None and (facts.names or not facts.reachable):
            found += _out_of_reach(platform, facts, facts.note or "platform_down")
        if chat is None:
            found += [Finding("warn", each, named) for each in facts.warns]
    return found


def _out_of_reach(platform: str, facts: ChatFacts, note: str) -> list[Finding]:
    """The platform, or those of its chats that it names."""
    named: list[dict[str, object]] = [{"platform": platform, "name": each} for each in facts.names]
    return [Finding("bad", note, each) for each in named or [{"platform": platform}]]


async def _groups(work: Work, live: Live, path: str) -> list[Finding]:
    found: list[Finding] = []
    chats = await query.groups_below(work.store, path)
    if not chats:
        found.append(Finding("warn", "no_groups"))
    for chat in chats:
        found += _group(work, chat, live.get((chat.platform, chat.external_id)))
    found += [
        Finding("warn", "not_linked", {"group": chat.title or chat.external_id})
        for chat in await query.unlinked_groups(work.store)
    ]
    return found


def _group(work: Work, chat: Chat, facts: ChatFacts | None) -> list[Finding]:
    values: dict[str, object] = {"group": chat.title or chat.external_id}
    if facts is not None and not facts.reachable:
        # A platform that is off or down is told once, not for each of its groups.
        note = facts.note or "group_gone"
        if note != "group_gone":
            return _out_of_reach(chat.platform, facts, note)
        return [Finding("bad", note, values)]
    if not chat.present:
        return [Finding("bad", "group_gone", values)]
    hears = facts.hears_all if facts else chat.hears_all
    speaks = facts.can_speak if facts else chat.can_speak
    found: list[Finding] = []
    if not hears and work.can(chat.platform).may_hear_all:
        found.append(Finding("bad", "deaf", values))
    if not speaks:
        found.append(Finding("bad", "mute", values))
    return found


async def _ladders(work: Work, path: str) -> list[Finding]:
    """Every rung of every ladder of every unit or building: does anybody stand on it (R29)?"""
    areas = await query.stairwells_below(work.store, path)
    line = await areas_query.line_of(work.store, path)
    tree = {area.id: area for area in [*line, *await query.tree_below(work.store, path)]}
    held = await _held(work, tree)
    away = await _away(work)
    by_area: dict[tuple[str, str], list[str]] = {}
    hotlines: list[str] = []
    for area in areas:
        facts = areas_query.facts_of([tree[i] for i in ids_of(area.path) if i in tree])
        for role, problem in _rungs(work, facts, held, away):
            by_area.setdefault((role, problem), []).append(area.path)
        if not facts.hotline:
            hotlines.append(area.path)
    return _grouped(tree, by_area, hotlines)


def _rungs(
    work: Work,
    facts: AreaFacts,
    held: Mapping[tuple[int, str], list[int]],
    away: Mapping[int, int | None],
) -> list[tuple[str, str]]:
    governance: Governance = "baseline" if facts.governance == "baseline" else "self"
    ladders = policy_at(work.policy, facts).ladders[governance].values()
    roles = {role for ladder in ladders for role in ladder.roles}
    problems: list[tuple[str, str]] = []
    for role in sorted(roles):
        people = [p for i in ids_of(facts.path) for p in held.get((i, role), [])]
        standing = [away.get(p, p) for p in people]
        if not people:
            problems.append((role, "nobody"))
        elif not any(p is not None for p in standing):
            problems.append((role, "all_away"))
    return problems


def _grouped(
    tree: Mapping[int, Area],
    by_area: Mapping[tuple[str, str], list[str]],
    hotlines: Sequence[str],
) -> list[Finding]:
    found: list[Finding] = []
    for (role, problem), paths in by_area.items():
        values: dict[str, object] = {"role_key": role, "areas": names_of(tree, paths)}
        found.append(Finding("warn", f"rung_{problem}", values))
    if hotlines:
        found.append(Finding("warn", "no_hotline", {"areas": names_of(tree, hotlines)}))
    return found


async def _held(work: Work, tree: Mapping[int, Area]) -> dict[tuple[int, str], list[int]]:
    rows = await work.store.execute(select(RoleHeld.area_id, RoleHeld.role, RoleHeld.person_id))
    held: dict[tuple[int, str], list[int]] = {}
    for area_id, role, person_id in rows.all():
        if area_id in tree:
            held.setdefault((area_id, role), []).append(person_id)
    return held


async def _away(work: Work) -> dict[int, int | None]:
    rows = await work.store.execute(
        select(Leave.person_id, Leave.deputy_id).where(
            Leave.starts <= work.now, Leave.ends > work.now
        )
    )
    return {row.person_id: row.deputy_id for row in rows.all()}


async def _engine_room(work: Work) -> list[Finding]:
    """The database and the clock: what waits, what failed, whether time goes on."""
    state = await query.engine_room(work.store, work.now - timedelta(days=1))
    found: list[Finding] = []
    numbers: list[tuple[Level, str, int, int]] = [
        ("bad", "parked", state.dead, 1),
        ("warn", "unsent", state.failed, 1),
        ("warn", "backlog", state.waiting, 500),
    ]
    for level, key, number, least in numbers:
        if number >= least:
            found.append(Finding(level, key, {"n": number}))
    found += await _database(work)
    if kept := await retention.late(work):
        what = ", ".join(f"{name} {n}" for name, n in kept.items())
        found.append(Finding("warn", "retention_due", {"what": what}))
    if state.newest is not None and state.newest > work.now + timedelta(minutes=5):
        found.append(Finding("bad", "clock", {}))
    return found


async def _database(work: Work) -> list[Finding]:
    """Its tables and its size; that it answers is seen from having got here."""
    state = await query.database(work.store)
    found: list[Finding] = []
    if state.revision is not None and state.revision != state.newest:
        values: dict[str, object] = {"revision": state.revision, "newest": state.newest}
        found.append(Finding("bad", "database_old", values))
    if state.megabytes > LARGE:
        found.append(Finding("warn", "database_large", {"size": state.megabytes}))
    return found


def as_data(desk: Desk, language: str, found: Sequence[Finding]) -> list[dict[str, Any]]:
    """The findings for a program: level, key, values and the words."""
    return [
        {
            "level": each.level,
            "key": each.key,
            "values": each.values,
            "text": report(desk, language, [each]),
        }
        for each in found
    ]
