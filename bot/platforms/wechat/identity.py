"""Who the bot is on WeChat, and whether it is logged in; the code to scan while it is not."""

from __future__ import annotations

from dataclasses import dataclass

#: The key of the one account; further ones have a name behind it.
PLATFORM = "wechat"


@dataclass(slots=True)
class Identity:
    """What the gateway told of the account."""

    platform: str = PLATFORM  #: the key under which its chats and accounts are stored
    id: str = ""  #: of the contact that the bot is
    name: str = ""
    logged_in: bool = False
    code: str = ""  #: what the QR code to scan says; empty: none is asked for
    away: bool = False  #: the gateway does not answer: what it told before may be no longer so

    @property
    def several(self) -> str:
        """What its settings end in: those of accounts with names are in the plural."""
        return "" if self.platform == PLATFORM else "s"

    def login(self, contact: str, name: str) -> None:
        """The account is there."""
        self.id, self.name, self.logged_in, self.code = contact, name, True, ""

    def logout(self) -> None:
        """The account was put out; whoever comes next may be another one."""
        self.logged_in = False

    def scan(self, code: str) -> None:
        """Somebody must scan a code before anything else happens."""
        self.logged_in, self.code = False, code
