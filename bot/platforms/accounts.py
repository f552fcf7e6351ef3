"""Several accounts of one platform: each is a platform of its own, with a name behind it."""

from __future__ import annotations


def name_of(platform: str, account: str) -> str:
    """The key under which an account's chats and people are stored; empty: the one without name."""
    return f"{platform}-{account}" if account else platform
