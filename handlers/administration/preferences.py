"""/settings: what a group or a community may set for itself: language, thresholds, quiet hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from config.deadlines import CalendarPolicy
from handlers.administration import precision, setting_names
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content, button
from handlers.context import Context
from handlers.digest import rules as digest_rules
from handlers.directory import access
from handlers.directory.audit import record
from handlers.learning import readings
from handlers.manner import Manner
from handlers.noise import rules as noise_rules
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import digests
from storage.tables import Area, Audit, Chat

QUIET = re.compile(r"^(\d{1,2}):(\d{2})\s*[-~—到]\s*(\d{1,2}):(\d{2})$")
OFF = frozenset({"off", "no", "关", "无", "默认", "default"})

#: Where these words are a value of their own, only "default" takes a setting away.
YES, NO = frozenset({"on", "yes", "开"}), frozenset({"off", "no", "关", "无"})
SWITCHED = frozenset({"digest", "noise"})
MOST_DIGITS = 3

Parsed = Any


def _language(ctx: Context, text: str) -> Parsed:
    language = setting_names.language_named(ctx.desk.words, text)
    if language is None:
        raise RefusalError("settings.bad_language")
    return language


def _mode(ctx: Context, text: str) -> Parsed:
    known = {"直接": "act", "先问": "suggest", "auto": "measured"}
    modes = ("act", "suggest", readings.MEASURED)
    mode = known.get(text) or setting_names.value_named(ctx.desk.words, "mode", modes, text)
    if mode is None:
        raise RefusalError("settings.bad_mode")
    return mode


def _share(ctx: Context, text: str) -> Parsed:
    try:
        value = float(text)
    except ValueError:
        raise RefusalError("settings.bad_share", text=text) from None
    if not 0 < value <= 1:
        raise RefusalError("settings.bad_share", text=text)
    return value


def _quiet(ctx: Context, text: str) -> Parsed:
    found = QUIET.match(text)
    if not found or int(found[1]) > 23 or int(found[3]) > 23:
        raise RefusalError("settings.bad_quiet")
    if int(found[2]) > 59 or int(found[4]) > 59:
        raise RefusalError("settings.bad_quiet")
    return {
        "start": f"{int(found[1]):02d}:{found[2]}",
        "end": f"{int(found[3]):02d}:{found[4]}",
    }


def _days_off(ctx: Context, text: str) -> Parsed:
    """Days on which nobody works here: "2026-05-20", or each year "05-20"."""
    days = text.replace("，", " ").replace(",", " ").replace("、", " ").split()
    try:
        return list(CalendarPolicy(days_off=tuple(days)).days_off)
    except ValidationError:
        raise RefusalError("settings.bad_days_off", text=text) from None


def _digest(ctx: Context, text: str) -> Parsed:
    """ "周日 18:00"; or whether there is one at all."""
    if text.casefold() in (*YES, *NO):
        return digest_rules.ON if text.casefold() in YES else digest_rules.OFF
    said = digest_rules.read(text, ctx.policy.digest)
    if said is None:
        raise RefusalError("settings.bad_digest")
    return said


def _noise(ctx: Context, text: str) -> Parsed:
    """So many posts a day; or as many as there are."""
    unlimited = setting_names.value_named(ctx.desk.words, "noise", (noise_rules.OFF,), text)
    if text.casefold() in NO or unlimited:
        return noise_rules.OFF
    if not (text.isdecimal() and len(text) <= MOST_DIGITS):
        raise RefusalError("settings.bad_noise")
    return int(text)


def _topic(ctx: Context, text: str) -> Parsed:
    """The forum topic in which /settings topic here was said."""
    topic = ctx.incoming.chat.topic
    if ctx.private or topic is None:
        raise RefusalError("settings.bad_topic")
    return topic


#: What can be set: name -> how its words are read.
FIELDS: Mapping[str, Callable[[Context, str], Parsed]] = {
    "language": _language,
    "mode": _mode,
    "open_above": _share,
    "ask_above": _share,
    "quiet": _quiet,
    "days_off": _days_off,
    "topic": _topic,
    "digest": _digest,
    "noise": _noise,
}
#: Those that have buttons.
BUTTONS = ("language", "mode", "digest")


async def settings(ctx: Context, rest: str) -> None:
    """Show the settings with buttons, or set one: /settings quiet 22:00-07:00."""
    target = await _target(ctx)
    if not rest.strip():
        await _show(ctx, target)
        return
    field, value = setting_names.named(ctx.desk.words, FIELDS, rest)
    if field is None:
        raise RefusalError("settings.unknown", text=rest.split()[0])
    if not value:
        raise RefusalError(f"settings.usage_{field}")
    await _set(ctx, target, field, value)


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it names a setting."""
    return setting_names.named(ctx.desk.words, FIELDS, rest)[0] is not None


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "set:<field>:<value>"."""
    target = await _target(ctx)
    field, value = arguments
    if field not in BUTTONS:
        raise RefusalError("access.old_button")
    await _set(ctx, target, field, value)


async def _target(ctx: Context) -> Chat | Area:
    """In a group its own settings; in private those of the place that one manages."""
    areas = await access.require_somewhere(ctx, "manage")
    if ctx.private:
        return areas[0]
    if ctx.chat.area_id is None:
        raise RefusalError("directory.greeting_link")
    facts = await areas_query.facts_at(ctx.store, ctx.chat.area_id)
    await access.require(ctx, "manage", facts.path)
    return ctx.chat


async def _set(ctx: Context, target: Chat | Area, field: str, said: str) -> None:
    old = target.settings.get(field)
    if said.casefold() in (OFF - NO if field in SWITCHED else OFF):
        target.settings = {k: v for k, v in target.settings.items() if k != field}
    else:
        target.settings = {**target.settings, field: FIELDS[field](ctx, said)}
    await _follow(ctx, target, field)
    if field == "mode":
        await ctx.store.flush()
        await precision.weigh(ctx, target)
    back = {"kind": type(target).__name__, "id": target.id, "field": field, "old": old}
    where = "chat" if isinstance(target, Chat) else "area"
    change = ["value", old, target.settings.get(field)]
    detail = {"field": field, where: target.id, "change": change}
    audit = await record(ctx, "settings", detail=detail, undo=back)
    undo = button(ctx.t("directory.button_undo"), f"undo:{audit.id}")
    name = ctx.t(f"settings.name_{field}")
    ctx.answer(
        "settings.kept", name=name, value=await _in_force(ctx, target, field), buttons=((undo,),)
    )


async def undo(ctx: Context, audit: Audit) -> None:
    """Put the former value back."""
    back = audit.undo or {}
    table = Chat if back["kind"] == "Chat" else Area
    target = await ctx.store.get(table, int(back["id"]))
    if target is None:
        raise RefusalError("directory.undo_gone")
    kept = {k: v for k, v in target.settings.items() if k != back["field"]}
    old = back["old"]
    target.settings = kept if old is None else {**kept, str(back["field"]): old}
    await _follow(ctx, target, str(back["field"]))


async def _follow(ctx: Context, target: Chat | Area, field: str) -> None:
    """What else goes by a setting that was changed."""
    if field == "language" and isinstance(target, Chat):
        target.language = target.settings.get("language")
    if field == "digest":
        await digests.look_again(ctx.store, target)
    ctx.directory_changed = True


def shown(ctx: Context, field: str, value: Any) -> str:
    """A setting's value in words; None: nothing was set here."""
    if value is None:
        return ctx.t("settings.default")
    if field == "quiet":
        return f"{value['start']}-{value['end']}"
    if field == "days_off":
        return "、".join(value)
    if field == "digest" and not isinstance(value, str):
        day = ctx.t(f"request.weekday.{value['day']}")
        return ctx.t("settings.digest_at", day=day, at=value["at"])
    if ctx.desk.words.has(f"settings.{field}_{value}"):
        return ctx.t(f"settings.{field}_{value}")
    return str(value)


async def _in_force(ctx: Context, target: Chat | Area, field: str) -> str:
    """What holds: the own setting, else what is set above, else the installation's."""
    own = target.settings.get(field)
    if own is not None:
        return _now(ctx, target, own, shown(ctx, field, own))
    area_id = target.area_id if isinstance(target, Chat) else target.id
    facts = await areas_query.facts_at(ctx.store, area_id) if area_id else None
    above = facts.settings.get(field) if facts else None
    if field == "language" and facts and above is None:
        above = facts.language
    value = above if above is not None else _by_default(ctx, field)
    if value is None:
        return ctx.t("settings.default_none")
    said = ctx.t("settings.default_is", value=shown(ctx, field, value))
    return _now(ctx, target, value, said)


def _now(ctx: Context, target: Chat | Area, value: Any, said: str) -> str:
    """A mode that is measured says as well what it comes to now."""
    if value != readings.MEASURED or not isinstance(target, Chat):
        return said
    now = ctx.t(f"settings.mode_{readings.mode_of(value, target)}")
    return ctx.t("settings.mode_now", setting=said, now=now)


def _by_default(ctx: Context, field: str) -> Any:
    default = ctx.policy.understanding
    known = {
        "language": ctx.desk.defaults.language,
        "mode": default.mode,
        "open_above": default.open_above,
        "ask_above": default.ask_above,
        "digest": _usual_digest(ctx),
        "noise": noise_rules.OFF if ctx.policy.noise.daily is None else ctx.policy.noise.daily,
    }
    return known.get(field)


def _usual_digest(ctx: Context) -> Any:
    usual = ctx.policy.digest
    return {"day": usual.day, "at": f"{usual.at:%H:%M}"} if usual.on else digest_rules.OFF


async def _show(ctx: Context, target: Chat | Area) -> None:
    lines = [
        ctx.t(
            "settings.line",
            name=ctx.t(f"settings.name_{field}"),
            value=await _in_force(ctx, target, field),
        )
        for field in FIELDS
    ]
    name = ctx.t("settings.name_digest")
    lines += await precision.lines(ctx, target)
    where = target.title if isinstance(target, Chat) else target.name
    rows = (
        (
            button(ctx.t("settings.language_zh"), "set:language:zh"),
            button(ctx.t("settings.language_en"), "set:language:en"),
        ),
        (
            button(ctx.t("settings.mode_act"), "set:mode:act"),
            button(ctx.t("settings.mode_suggest"), "set:mode:suggest"),
            button(ctx.t("settings.mode_measured"), "set:mode:measured"),
        ),
        tuple(
            button(
                ctx.t("settings.line", name=name, value=ctx.t(f"settings.digest_{each}")),
                f"set:digest:{each}",
            )
            for each in (digest_rules.ON, digest_rules.OFF)
        ),
    )
    text = "\n".join((*lines, "", ctx.t("settings.how")))
    content = Content(title=ctx.t("settings.title", where=where), text=text, buttons=rows)
    reply = ctx.incoming.message_id if isinstance(ctx.incoming, Message) else None
    ctx.say(ctx.chat, content, Manner(reply_to=None if ctx.private else reply))
