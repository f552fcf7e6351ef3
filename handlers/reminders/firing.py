"""Posting what is due."""

from __future__ import annotations

from handlers.context import Work


async def due(work: Work) -> int:
    """Post what is due."""
    return 0
