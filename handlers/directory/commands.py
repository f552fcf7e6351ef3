"""What the directory answers to: binding groups and accounts, homes, staff, language."""

from __future__ import annotations

from collections.abc import Sequence

from config.words import LANGUAGES, best_language
from handlers import forms
from handlers.chat.outgoing import button
from handlers.commands import Command, Subject
from handlers.context import Context
from handlers.directory import (
    absence,
    apart,
    bases,
    binding,
    filling,
    finding,
    homes,
    linking,
    staff,
    uniting,
)
from handlers.directory.several import SeveralError
from handlers.work import RefusalError

NAMES = {"中文": "zh", "汉语": "zh", "chinese": "zh", "英文": "en", "english": "en"}


async def language(ctx: Context, rest: str) -> None:
    """/language zh: the language the bot speaks to this person."""
    wanted = NAMES.get(rest.strip().casefold(), rest.strip().casefold())
    if wanted not in LANGUAGES:
        choices = tuple(
            button(ctx.word(each, "directory.language_name"), f"lang:{each}") for each in LANGUAGES
        )
        ctx.answer("directory.language_choose", buttons=(choices,))
        return
    await _set_language(ctx, wanted)


async def on_language(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "lang:en"."""
    if not arguments or arguments[0] not in LANGUAGES:
        raise RefusalError("access.old_button")
    await _set_language(ctx, arguments[0])


async def _set_language(ctx: Context, wanted: str) -> None:
    ctx.person.language = wanted
    ctx.language = best_language(wanted)
    ctx.directory_changed = True
    ctx.toast(ctx.t("directory.language_set"))


async def _names_place(ctx: Context, rest: str) -> bool:
    return await bases.begins_with_place(ctx, ctx.person.id, ctx.chat.area_id, rest)


async def _names_staff(ctx: Context, rest: str) -> bool:
    return rest.split()[0] in staff.ADD | staff.REMOVE or await _names_place(ctx, rest)


async def _names_person(ctx: Context, rest: str) -> bool:
    try:
        await finding.find_person(ctx, rest)
    except SeveralError:
        return True
    except RefusalError:
        return False
    return True


async def _says_apart(ctx: Context, rest: str) -> bool:
    return rest.casefold() in apart.WORDS


async def _names_language(ctx: Context, rest: str) -> bool:
    return NAMES.get(rest.casefold(), rest.casefold()) in LANGUAGES


SUBJECT = Subject(
    commands=(
        Command("start", linking.start, ("开始",), hidden=True, nameless=True),
        Command(
            "link",
            linking.link,
            ("绑定",),
            right="manage",
            prepare=linking.prepare,
            parses=_names_place,
        ),
        Command("groups", linking.list_groups, ("群组", "群"), right="manage"),
        Command("account", binding.own_account, ("我的账号",), where="private", parses=_says_apart),
        Command(
            "invite",
            linking.invite,
            ("邀请",),
            right="manage",
            where="private",
            parses=_names_person,
        ),
        Command(
            "same",
            uniting.same,
            ("同一人",),
            right="manage",
            where="private",
            parses=_names_person,
        ),
        Command(
            "apart",
            apart.apart,
            ("分开",),
            right="manage",
            where="private",
            parses=_names_person,
        ),
        Command("home", homes.home, ("我家", "住址"), keeps_form=True, parses=_names_place),
        Command("staff", staff.staff, ("人员",), parses=_names_staff, nameless=True),
        Command("leave", absence.leave, ("请假",), right="answer"),
        Command("language", language, ("语言",), parses=_names_language),
    ),
    presses={
        "home": homes.on_press,
        "lang": on_language,
        "staff": staff.on_press,
        "groups": linking.on_press,
        "drop": forms.on_drop,
        filling.FORM: filling.on_press,
        binding.FORM: binding.on_press,
        uniting.FORM: uniting.on_press,
        apart.FORM: apart.on_press,
    },
    forms={
        filling.FORM: filling.on_words,
        homes.FORM: homes.on_words,
        binding.FORM: binding.on_words,
        uniting.FORM: uniting.on_words,
    },
    undos={
        "link": linking.undo_link,
        "same": apart.undo,
        "staff_add": staff.undo,
        "staff_remove": staff.undo,
    },
)
