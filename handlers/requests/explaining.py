"""/why and /history: why a request is what it is and with whom, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from handlers.context import Context
from handlers.directory.roster import role_name
from handlers.directory.zones import clock_text, zone_of
from handlers.requests import texts
from handlers.requests.rules import Move
from handlers.understanding.meaning import PLAINLY, Urgency
from storage.queries import requests as query
from storage.tables import Event, Request

MOST_CUES = 4
#: What is decided by words, in the order in which it is told.
DECISIONS = ("request", "category", "urgency")
#: From where a place is known, in the order in which it is told.
SOURCES = ("said", "before", "home", "area")
#: By what a request is known that somebody filed as one.
SAID_SO = "said"
PUT_RIGHT = (Move.RECATEGORISE, Move.MOVE, Move.CORRECT, Move.EDIT)


async def history(ctx: Context, request: Request) -> None:
    """Every change is a dated line with who made it (R45)."""
    zone = await zone_of(ctx)
    found = await query.events(ctx.store, request.id)
    lines = [
        ctx.t(
            "list.event",
            when=clock_text(event.at, zone),
            who=name or ctx.t("request.by_itself"),
            what=_what(ctx, event) + _more(ctx, event, _what(ctx, event)) + _whom(ctx, event),
        )
        for event, name in found
    ]
    title = ctx.t("list.history", number=request.number)
    ctx.answer_text("\n".join(lines), title=title, about=request.id)


def _what(ctx: Context, event: Event) -> str:
    special = next((each for each in ("again", "instead") if event.data.get(each)), event.move)
    return ctx.t(f"request.event.{special}")


def _more(ctx: Context, event: Event, what: str) -> str:
    data = event.data
    said = texts.reason(ctx, ctx.language, data.get("code"), data.get("reason"), said=what)
    to = str((not data.get("asked") and data.get("to")) or data.get("area") or "")
    extra = " ".join(part for part in (to, texts.short(said, 60)) if part)
    return ctx.t("card.because", what=extra) if extra else ""


def _whom(ctx: Context, event: Event) -> str:
    """Who was asked by it."""
    names = [
        ctx.t("request.person", name=name, role=role_name(ctx, ctx.language, role))
        for _, name, role in event.data.get("asked") or ()
    ]
    return ctx.t("list.event_asked", who=ctx.t("request.between").join(names)) if names else ""


#: Reasons that are no words of the message: a second opinion agreed (understanding/opinion.py), a
#: neighbour bore it out (understanding/belated.py).
SPOKE_FOR_IT = {"second_opinion": "list.why_opinion", "borne_out": "list.why_borne_out"}


async def why(ctx: Context, request: Request) -> None:
    """What it was taken for and by which words, why this person was asked, who was passed over."""
    events = await query.events(ctx.store, request.id)
    lines = [
        ctx.t(
            _how_sure(request),
            what=texts.category(ctx, ctx.language, request.category),
            urgency=ctx.t(f"request.urgency.{request.urgency}"),
            sure=f"{request.confidence:.0%}",
        ),
        *_cues(ctx, request),
        *_where_from(ctx, request.reasons),
        *_put_right(ctx, events),
        *_grown(ctx, events),
    ]
    for cue, line in SPOKE_FOR_IT.items():
        if any(reason.get("cue") == cue for reason in request.reasons):
            lines.append(ctx.t(line))
    for event, _ in events:
        if asked := event.data.get("asked"):
            lines += _asked(ctx, asked, event.data.get("skipped", []))
    ctx.answer_text(
        "\n".join(lines), title=ctx.t("list.why", number=request.number), about=request.id
    )


def _how_sure(request: Request) -> str:
    """What opened for being plain, or for its danger, went by no share."""
    if all(reason.get("cue") != PLAINLY for reason in request.reasons):
        return "list.why_kind"
    return "list.why_danger" if request.urgency == Urgency.EMERGENCY else "list.why_plain"


def _cues(ctx: Context, request: Request) -> list[str]:
    """For each decision the words that led to it; where none did, that it was the context."""
    reasons = request.reasons
    if any(reason.get("cue") == SAID_SO for reason in reasons):
        return [ctx.t("list.why_said_so")]
    lines: list[str] = []
    for about in DECISIONS:
        if about == "urgency" and request.urgency == Urgency.NORMAL:
            lines.append(ctx.t("list.why_calm"))
            continue
        words = ctx.t("request.between").join(_words(reasons, about))
        name = ctx.t(f"list.why_about.{about}")
        key = "list.why_words" if words else "list.why_context"
        lines.append(ctx.t(key, about=name, words=words))
    return lines


def _words(reasons: list[Any], about: str) -> list[str]:
    """What led to one decision: cues by their own words first, pieces of words last."""
    found = [
        (reason.get("cue") == "word", str(reason.get("found")).split("|")[-1].strip())
        for reason in reasons
        if reason.get("about") == about and reason.get("weight", 0) > 0
    ]
    words = [each for _, each in sorted(found, key=itemgetter(0))]
    shown: list[str] = []
    for each in words:
        inside = any(each in other for other in words if other != each)
        if each and each[:1] != "@" and not inside and not _is_scrap(each):
            shown.append(each)
    return list(dict.fromkeys(shown))[:MOST_CUES]


def _where_from(ctx: Context, reasons: list[Any]) -> list[str]:
    """From where the place is known. A home is named to nobody here: the group may read it."""
    parts: dict[str, list[str]] = {}
    for reason in reasons:
        if reason.get("about") == "place":
            source, _, part = str(reason["cue"]).partition(" ")
            named = ctx.t(f"request.place.{part}", code=reason["found"])
            parts.setdefault(source, []).append(named)
    if not parts:
        return []
    between = ctx.t("request.place.between")
    ways = [
        ctx.t(f"list.why_place.{source}", where=between.join(parts[source]))
        for source in SOURCES
        if source in parts
    ]
    return [ctx.t("list.why_where", how=ctx.t("request.between").join(ways))]


def _put_right(ctx: Context, events: Sequence[tuple[Event, str | None]]) -> list[str]:
    """Who put right what had been understood otherwise."""
    return [
        ctx.t("list.why_changed", who=name, what=ctx.t(f"request.event.{event.move}"))
        for event, name in events
        if event.move in PUT_RIGHT and event.state_to and name
    ]


def _grown(ctx: Context, events: Sequence[tuple[Event, str | None]]) -> list[str]:
    """How far it reached in the end, as more homes said so."""
    grown = [event.data.get("area") for event, _ in events if event.move == Move.GROW]
    return [ctx.t("list.why_grown", area=grown[-1])] if grown else []


def _is_scrap(found: str) -> bool:
    """ "in", "at", "0 栋": they weigh something, and explain nothing."""
    if found.isascii():
        return found.isalpha() and len(found) < 3
    return " " in found or "0" in found


def _asked(ctx: Context, asked: Any, skipped: Any) -> list[str]:
    lines: list[str] = []
    for each in skipped:
        role = role_name(ctx, ctx.language, str(each["role"]))
        why = ctx.t(f"list.skipped.{each['why']}")
        lines.append(ctx.t("list.why_skipped", role=role, name=each.get("name", ""), why=why))
    for each in asked:
        _, name, role = each
        lines.append(ctx.t("list.why_asked", name=name, role=role_name(ctx, ctx.language, role)))
    return lines
