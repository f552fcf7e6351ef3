"""/phone: a person's own number, kept encrypted, shown to nobody without their consent."""

from __future__ import annotations

from handlers.context import Context
from handlers.understanding.phones import is_phone, mask
from handlers.work import RefusalError
from storage.seals import secrets_of

NONE = frozenset({"none", "delete", "无", "没有", "删除", "不留"})


async def phone(ctx: Context, rest: str) -> None:
    """/phone 138..., /phone none; alone it says what is kept, masked."""
    said = rest.strip()
    if not said:
        _tell(ctx)
    elif said.casefold() in NONE:
        ctx.person.phone = None
        ctx.answer("privacy.phone_gone")
    elif is_phone(said):
        ctx.person.phone = secrets_of(ctx.store).seal(said)
        ctx.answer("privacy.phone_kept", phone=mask(said))
    else:
        raise RefusalError("privacy.phone_how", text=said[:30])


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it is a number, and no talk that begins so."""
    return is_phone(rest.strip()) or rest.strip().casefold() in NONE


def _tell(ctx: Context) -> None:
    if ctx.person.phone is None:
        ctx.answer("privacy.phone_none")
        return
    ctx.answer("privacy.phone_is", phone=mask(secrets_of(ctx.store).open(ctx.person.phone)))
