"""How a session comes to the keys: its store is told where they are, and asks when first needed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from storage.secrets import Secrets, SecretsError

SEALS = "seals"  #: under this name a session knows them


class Seals:
    """The keys of a store."""

    def __init__(self) -> None:
        self.load: Callable[[], Secrets] | None = None

    @property
    def secrets(self) -> Secrets:
        """What seals and opens. Raises SecretsError where nobody said with which key."""
        if self.load is None:
            raise SecretsError("this store was opened without a key")
        return self.load()


def secrets_of(store: AsyncSession) -> Secrets:
    """What seals and opens in a session."""
    seals: Seals = store.info[SEALS]
    return seals.secrets


def use(store: AsyncSession, secrets: Secrets | None) -> None:
    """In this session these keys count; None: those of the store."""
    if secrets is not None:
        own = Seals()
        own.load = lambda: secrets
        store.info[SEALS] = own
