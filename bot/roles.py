"""What a process does of the whole, where several processes share the work."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """One of the four kinds of work; without a choice a process does them all."""

    INTAKE = "intake"  #: keeps what comes in: polls, or serves the webhooks
    WORKER = "worker"  #: handles what is kept, chat by chat
    SENDER = "sender"  #: says what is to be said
    CLOCK = "clock"  #: does what is due


ALL = frozenset(Role)
