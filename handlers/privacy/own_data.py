"""/my_data: all that is known of a person, for that person: to read, and as JSON (R51)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.context import Context
from handlers.directory import places
from handlers.directory.roster import role_name
from handlers.directory.zones import clock_text, zone_of
from handlers.privacy import looks
from handlers.requests import texts
from storage.queries import people as people_query
from storage.queries import privacy as query
from storage.queries import traces
from storage.queries.homes import flats_of
from storage.seals import secrets_of

Row = Mapping[str, Any]
#: Sealed columns: what they say stands opened elsewhere in the file.
SEALED = frozenset({"home", "home_key"})
#: Words of whoever reported: nothing of the ones who only help or join.
REPORTERS = ("reporter_id", "filed_by")
#: What a line of history keeps of whoever made it.
SAID = frozenset({"reason", "code", "until"})
WORDS = frozenset({"words", "reasons", "place", "reason"})


async def my_data(ctx: Context, rest: str) -> None:
    """Send both files; in private, and of nobody else."""
    rows = await traces.rows_of(ctx.store, ctx.person.id)
    told = await _told(ctx, rows)
    data = {"as_of": ctx.now, "me": await _me(ctx), **{k: _clean(k, v) for k, v in rows.items()}}
    body = json.dumps(data, ensure_ascii=False, indent=1, default=_plain)
    _send(ctx, "linli-my-data.txt", "\n".join(told), "privacy.data_caption")
    _send(ctx, "linli-my-data.json", body, "privacy.data_json")


def _send(ctx: Context, name: str, text: str, caption: str) -> None:
    ctx.send_file(ctx.chat, name, text.encode(), ctx.t(caption))


async def _me(ctx: Context) -> dict[str, Any]:
    person, roles = ctx.person, await people_query.roles_of(ctx.store, ctx.person.id)
    return {
        "name": person.name,
        "key": person.key,
        "language": person.language,
        "phone": await _phone(ctx),
        "homes": await _homes(ctx),
        "roles": [[role, await places.full_name(ctx, area)] for role, area in roles],
        "skills": person.skills,
        "since": person.created_at,
        "words_may_be_kept": person.lends_words,
    }


async def _phone(ctx: Context) -> str | None:
    return secrets_of(ctx.store).open(ctx.person.phone) if ctx.person.phone else None


async def _homes(ctx: Context) -> list[str]:
    flats = await flats_of(ctx.store, ctx.person.id)
    return [await places.full_name(ctx, flat) for _, flat in flats]


def _clean(table: str, rows: Sequence[Row]) -> list[Row]:
    if table == "request":
        rows = [_request(row) for row in rows]
    if table == "event":
        rows = [{**row, "data": _own(row["data"])} for row in rows]
    return [{key: value for key, value in row.items() if key not in SEALED} for row in rows]


def _own(data: Row) -> Row:
    """What they said with a move; whom the bot asked then is not about them."""
    return {key: value for key, value in data.items() if key in SAID}


def _request(row: Row) -> Row:
    """Somebody else's words are not told to who only holds their request."""
    if any(row.get(each) == "me" for each in REPORTERS):
        return row
    return {key: value for key, value in row.items() if key not in WORDS}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def _told(ctx: Context, rows: Mapping[str, Sequence[Row]]) -> list[str]:
    """The same in words: who they are, what they reported, who looked, and how much else."""
    me, zone = await _me(ctx), await zone_of(ctx)
    homes = ctx.t("request.between").join(me["homes"])
    lines = [
        ctx.t("privacy.data_title"),
        ctx.t("privacy.data_name", name=me["name"]),
        ctx.t("privacy.data_phone", phone=me["phone"] or ctx.t("privacy.nothing")),
        ctx.t("privacy.data_home", home=homes or ctx.t("privacy.nothing")),
        *(
            ctx.t("privacy.data_role", role=role_name(ctx, ctx.language, role), area=area)
            for role, area in me["roles"]
        ),
        *(
            ctx.t("privacy.data_account", platform=each["platform"], name=each["name"])
            for each in rows.get("account", ())
        ),
        "",
        ctx.t("privacy.data_requests"),
        *(_line(ctx, each, clock_text(each["opened_at"], zone)) for each in _reported(rows)),
        "",
        ctx.t("privacy.looks_title"),
        *(
            looks.line_of(ctx, each, clock_text(each.look.at, zone))
            for each in await query.looks_at(ctx.store, ctx.person.id, limit=1000)
        ),
        "",
        ctx.t("privacy.data_more"),
    ]
    return [*lines, *(f"{name}: {len(each)}" for name, each in rows.items())]


def _reported(rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    mine = rows.get("request", ())
    return [each for each in mine if any(each.get(name) == "me" for name in REPORTERS)]


def _line(ctx: Context, row: Row, when: str) -> str:
    return ctx.t(
        "privacy.data_request",
        number=row["number"],
        when=when,
        category=texts.category(ctx, ctx.language, row["category"]),
        state=ctx.t(f"request.state.{row['state']}"),
        words=row["words"],
    )
