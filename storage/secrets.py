"""Phone numbers and homes sealed at rest: the keys stand outside the database."""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from storage.files import FILE, exchange, make_folder

#: Numbers of homes begin here: an id of a place is never one of them.
FLOOR = 1 << 61


class SecretsError(ValueError):
    """A key is unusable, or something was sealed with another key."""


class Secrets:
    """Seals and opens short texts (Fernet: AES-128-CBC with HMAC-SHA256).

    The first key seals; what older ones sealed is opened as well, while they are kept. Keys of a
    file are read anew when it changes, so that a program that runs minds a rotation at once.
    """

    def __init__(self, key: str, *older: str, file: Path | None = None) -> None:
        self._file = file
        self._stamp = _stamp(file)
        self._use((key, *older))

    def _use(self, keys: Sequence[str]) -> None:
        self._keys = tuple(each.encode() for each in keys)
        try:
            self._fernets = [Fernet(each) for each in self._keys]
        except ValueError:
            raise SecretsError(
                "LINLI_SECRET_KEY: must be 44 characters of URL-safe base64; "
                "leave it empty and one is made"
            ) from None
        self._all = MultiFernet(self._fernets)
        self._prints = tuple(_fingerprint(each) for each in self._keys)

    def _look(self) -> None:
        """Microseconds, for what is done once in a while."""
        if self._file is not None and (stamp := _stamp(self._file)) != self._stamp:
            self._stamp = stamp
            self._use(read_keys(self._file))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells the keys apart, the newest first; no way back to them."""
        self._look()
        return self._prints

    def seal(self, text: str) -> str:
        """The text as it may stand in the database."""
        self._look()
        return self._fernets[0].encrypt(text.encode()).decode()

    def pseudonym(self, text: str) -> str:
        """A name for something that only this key leads to, always the same one: HMAC-SHA256."""
        return self.pseudonyms(text)[0]

    def pseudonyms(self, text: str) -> tuple[str, ...]:
        """The same by each key, the newest first: what an older one named is known again."""
        told = f"pseudonym:{text}".encode()
        return tuple(hmac.new(each, told, sha256).hexdigest()[:20] for each in self._keys)

    def number(self, text: str, fingerprint: str) -> int:
        """A number that is equal for equal texts and leads nowhere without the key (HMAC-SHA256).

        From FLOOR up to twice as much. Raises SecretsError when there is no key of that
        fingerprint.
        """
        self._look()
        if fingerprint not in self._prints:
            raise SecretsError("sealed with another key: LINLI_SECRET_KEY was changed")
        key = self._keys[self._prints.index(fingerprint)]
        made = hmac.new(key, f"number:{text}".encode(), sha256).digest()
        return FLOOR | int.from_bytes(made[:8], "big") >> 3

    def open(self, sealed: str) -> str:
        """The text itself. Raises SecretsError when it was sealed with another key."""
        self._look()
        try:
            return self._all.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretsError("sealed with another key: LINLI_SECRET_KEY was changed") from None

    def is_newest(self, sealed: str) -> bool:
        """Whether the first key sealed it."""
        self._look()
        try:
            self._fernets[0].decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


def account_name(platform: str, account: str) -> str:
    """What an account's pseudonym is made of."""
    return f"account:{platform}:{account}"


def _fingerprint(key: bytes) -> str:
    return sha256(b"fingerprint:" + key).hexdigest()[:16]


def _stamp(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    found = file.stat()
    return found.st_mtime_ns, found.st_ino


def key_file(folder: Path) -> Path:
    """Where the keys stand, unless the settings give them."""
    return folder / "secret.key"


def older_key_files(folder: Path) -> list[Path]:
    """Where keys stand that were exchanged, the latest first."""
    return sorted(folder.glob(f"{key_file(folder).name}.until-*"), reverse=True)


def load_secrets(key: str | None, folder: Path) -> Secrets:
    """The given keys ("newest,older"), else those of `folder`/secret.key, made when missing."""
    if key:
        return Secrets(*(each.strip() for each in key.split(",")))
    file = key_file(folder)
    if not file.exists():
        make_folder(folder)
        _make_key(file)
    return Secrets(*read_keys(file), file=file)


def _make_key(file: Path) -> None:
    """A new key, there at once and whole: of several processes that start together one makes it."""
    made = file.with_name(f"{file.name}.{token_hex(8)}.new")
    # Readable by this user only, from its first moment on.
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as out:
        out.write(Fernet.generate_key())
    with suppress(FileExistsError):
        file.hardlink_to(made)
    made.unlink()


def read_keys(file: Path) -> list[str]:
    """The keys of a file, one a line, the newest first."""
    found = file.read_text(encoding="ascii").split()
    if not found:
        raise SecretsError(f"{file}: holds no key; put the one back with which it was sealed")
    return found


def write_keys(file: Path, keys: Sequence[str]) -> None:
    """Exchange the keys of a file, wholly or not at all, for this user alone."""
    exchange(file, "\n".join(keys))


def new_key() -> str:
    """A key that nobody can guess."""
    return Fernet.generate_key().decode()
