"""What somebody typed as a command: which one, whose it is, and what stands behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.chat.incoming import ChatKind, Message
from handlers.commands import Command

LINE = re.compile(r"^/([^\s@/]{1,40})(?:@(\S+))?(?:\s+(.*))?$", re.DOTALL)
MOST_WORDS_OF_A_COMMAND = 400


@dataclass(frozen=True, slots=True)
class Typed:
    """A command line; without a command it is an unknown one's, or another bot's."""

    name: str
    rest: str = ""
    command: Command | None = None
    slash: bool = True
    #: "/name@other": a platform takes our own name out, so whatever is named there is not us
    elsewhere: bool = False


def read(message: Message, commands: Mapping[str, Command]) -> Typed | None:
    """The command line that a message is; None: it is none, or was only changed, sent on or quoted.

    Another's words are nobody's command: who quotes them lends them no rights of their own.
    """
    if message.quote is not None and not message.own.strip():
        return None
    text = message.text.strip()
    found = None if message.forwarded else LINE.match(text)
    if found and found[2]:
        return Typed(found[1], elsewhere=True)
    if message.edited or message.forwarded:
        return None
    if found:
        name = found[1].casefold()
        return Typed(name, (found[3] or "").strip(), commands.get(name))
    if message.chat.kind is not ChatKind.PRIVATE and not message.to_bot:
        return None
    # "分派 12 王师傅" to the bot itself needs no slash.
    first, _, rest = text.partition(" ")
    command = commands.get(first.casefold())
    if command is None or len(rest) > MOST_WORDS_OF_A_COMMAND:
        return None
    return Typed(first, rest.strip(), command, slash=False)
