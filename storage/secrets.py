"""Phone numbers sealed at rest: the key stands outside the database."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from storage.files import FILE, make_folder


class SecretsError(ValueError):
    """The key is unusable, or something was sealed with another key."""


class Secrets:
    """Seals and opens short texts (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        try:
            self._fernet = Fernet(self._key)
        except ValueError:
            raise SecretsError(
                "LINLI_SECRET_KEY: must be 44 characters of URL-safe base64; "
                "leave it empty and one is made"
            ) from None

    def seal(self, text: str) -> str:
        """The text as it may stand in the database."""
        return self._fernet.encrypt(text.encode()).decode()

    def pseudonym(self, text: str) -> str:
        """A name for something that only this key leads to, always the same one: HMAC-SHA256."""
        return hmac.new(self._key, f"pseudonym:{text}".encode(), sha256).hexdigest()[:20]

    def open(self, sealed: str) -> str:
        """The text itself. Raises SecretsError when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretsError("sealed with another key: LINLI_SECRET_KEY was changed") from None


def key_file(folder: Path) -> Path:
    """Where the key stands, unless the settings give one."""
    return folder / "secret.key"


def load_secrets(key: str | None, folder: Path) -> Secrets:
    """The given key, else that of `folder`/secret.key, which is made when missing."""
    if key:
        return Secrets(key)
    file = key_file(folder)
    if not file.exists():
        make_folder(folder)
        made = Fernet.generate_key()
        # Readable by this user only, from its first moment on.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as out:
            out.write(made)
    return Secrets(file.read_text(encoding="ascii").strip())


def mask(phone: str) -> str:
    """A number as others may see it: "138****5678"."""
    digits = phone.strip()
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"
