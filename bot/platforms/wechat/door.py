"""Where the page with the code to scan is: an address that nobody guesses, for the operator alone.

Whoever scans the code logs an account in, and whatever runs on this machine reaches its port. So
the address is made up at each start and goes into no log: into a file for this user's eyes, and
onto the terminal before which somebody sits.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import structlog

from storage.files import exchange, make_folder

log = structlog.get_logger("linli.wechat")

ENDS = "-login.url"  #: what the files are called, behind the platform's name
#: The machine's own address, by the version of the protocol.
LOOPBACK = {4: "127.0.0.1", 6: "::1"}


def path_of(platform: str, key: str) -> str:
    """Where the page of an account is."""
    return f"/{platform}/login/{key}"


def is_own(address: str) -> bool:
    """Whether only this machine reaches what has this address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _own_among_all(host: str) -> str | None:
    """The machine's own among all of its addresses, where a host stands for all of them."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return LOOPBACK[address.version] if address.is_unspecified else None


def within_reach(host: str) -> bool:
    """Whether a browser on this machine reaches what listens there by an address of its own."""
    return host == "localhost" or is_own(host) or _own_among_all(host) is not None


def told_in(folder: Path, platforms: Iterable[str]) -> dict[str, str]:
    """The addresses that the running program told of these accounts, by platform.

    Raises PermissionError where the files are another user's.
    """
    found: dict[str, str] = {}
    for platform in platforms:
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            told = (folder / f"{platform}{ENDS}").read_bytes().decode(errors="replace").strip()
            found[platform] = told
    return found


class Door:
    """The address of one account's page."""

    def __init__(self, platform: str, host: str, port: int, folder: Path | None) -> None:
        """`folder`: where the address is told; none: on the terminal alone."""
        self._key = secrets.token_urlsafe(24)
        # The page answers on this machine alone, whatever else is listened on.
        asked = host if is_own(host) else _own_among_all(host) or LOOPBACK[4]
        where = f"[{asked}]" if ":" in asked else asked
        self.address = f"http://{where}:{port}{path_of(platform, self._key)}"
        self.file = folder / f"{platform}{ENDS}" if folder else None

    def opened_by(self, key: str) -> bool:
        """Whether this is the key; how long that takes tells nothing of it."""
        return secrets.compare_digest(key.encode(), self._key.encode())

    @property
    def told(self) -> bool:
        """Whether somebody is waited for, here or in the program that runs."""
        return self.file is not None and self.file.is_file()

    def tell(self) -> None:
        """Write down the address: a code must be scanned."""
        if self.file is None:
            return
        try:
            make_folder(self.file.parent)
            exchange(self.file, f"{self.address}\n")
        except OSError as error:
            log.warning("wechat.login_not_told", file=str(self.file), error=error.strerror)

    def shut(self, *, ours: bool | None = None) -> None:
        """Take the address away: nothing must be scanned.

        `ours`: only what we wrote down; False: only what was left by a program that was killed.
        """
        if self.file is None:
            return
        with suppress(OSError):
            if ours is None or ours == (self.file.read_bytes().strip() == self.address.encode()):
                self.file.unlink()
