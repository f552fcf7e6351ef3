"""Who the bot is on Telegram, as far as reading updates needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import User

#: The key of the one account; further ones have a name behind it.
PLATFORM = "telegram"


@dataclass(slots=True)
class Identity:
    """The bot's own id and name; the name is known once the server has told it."""

    id: int
    username: str = ""
    hears_all: bool = False  #: privacy mode is off: also a plain member hears everything
    platform: str = PLATFORM  #: the key under which its chats and accounts are stored

    @classmethod
    def of_token(cls, token: str, platform: str = PLATFORM) -> Identity:
        """What the token alone tells; raises ValueError for something that is no token."""
        number, _, secret = token.partition(":")
        if not number.isdecimal() or not secret:
            raise ValueError("LINLI_TELEGRAM_TOKEN is not a token: it looks like 123456:ABC-DEF...")
        return cls(int(number), platform=platform)

    def learn(self, user: User) -> None:
        """Take over what the server says."""
        self.username = user.username or ""
        self.hears_all = bool(user.can_read_all_group_messages)

    def is_named(self, name: str) -> bool:
        """Whether "@name" is the bot. Before the name is known, any bot's name counts."""
        if not self.username:
            return name.lower().endswith("bot")
        return name.lower() == self.username.lower()

    def without_name(self, text: str) -> tuple[str, bool]:
        """A text without the bot's own name, and whether it was named."""
        if "@" not in text:
            return text, False
        name = named_in_command(text)
        if name is not None and self.is_named(name):
            return text.replace(f"@{name}", "", 1), True
        parts: list[str] = []
        at = 0
        for mention in MENTION.finditer(text):
            if self.is_named(mention[1]):
                parts.append(text[at : mention.start()])
                at = mention.end()
        return (_joined([*parts, text[at:]]), True) if parts else (text, False)


NAME = r"@([A-Za-z][A-Za-z0-9_]{3,31})(?![A-Za-z0-9_])"
MENTION = re.compile(rf"(?<![A-Za-z0-9_.]){NAME}")
COMMAND = re.compile(rf"\s*/[^\s@/]+{NAME}")


def named_in_command(text: str) -> str | None:
    """The bot that a command is meant for: "other" in "/open@other 3"."""
    found = COMMAND.match(text) if "@" in text else None
    return found[1] if found else None


def _joined(parts: list[str]) -> str:
    """Words around a taken-out mention, with one space where there was one on both sides."""
    text = parts[0]
    for part in parts[1:]:
        both = text[-1:].isspace() and part[:1].isspace()
        text += part[1:] if both else part
    return text.strip()
