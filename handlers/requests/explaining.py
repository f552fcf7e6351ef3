"""/why and /history: why a request is what it is and with whom, and what happened to it."""

from __future__ import annotations

from typing import Any

from handlers.context import Context
from handlers.directory.roster import role_name
from handlers.directory.zones import clock_text, zone_of
from handlers.requests import texts
from storage.queries import requests as query
from storage.tables import Event, Request

MOST_CUES = 6


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
    again = bool(event.data.get("again"))
    return ctx.t("request.event.again" if again else f"request.event.{event.move}")


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


#: The reason that a second opinion leaves (handlers/understanding/opinion.py).
AGREES = "second_opinion"


async def why(ctx: Context, request: Request) -> None:
    """Which words led to it, why this person was asked, who was passed over."""
    lines = [
        ctx.t(
            "list.why_kind",
            what=texts.category(ctx, ctx.language, request.category),
            urgency=ctx.t(f"request.urgency.{request.urgency}"),
            sure=f"{request.confidence:.0%}",
        )
    ]
    if cues := _cues(ctx, request.reasons):
        lines.append(ctx.t("list.why_words", words=cues))
    if any(reason.get("cue") == AGREES for reason in request.reasons):
        lines.append(ctx.t("list.why_opinion"))
    for event, _ in await query.events(ctx.store, request.id):
        if asked := event.data.get("asked"):
            lines += _asked(ctx, asked, event.data.get("skipped", []))
    ctx.answer_text(
        "\n".join(lines), title=ctx.t("list.why", number=request.number), about=request.id
    )


def _cues(ctx: Context, reasons: list[Any]) -> str:
    found = [
        str(reason.get("found")).split("|")[-1]
        for reason in reasons
        if reason.get("weight", 0) > 0 and str(reason.get("found", "")).strip()
    ]
    shown = [each for each in dict.fromkeys(found) if each[:1] != "@" and not _is_particle(each)]
    return ctx.t("request.between").join(shown[:MOST_CUES])


def _is_particle(found: str) -> bool:
    """ "in", "at": they weigh something, and explain nothing."""
    return found.isascii() and found.isalpha() and len(found) < 3


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
