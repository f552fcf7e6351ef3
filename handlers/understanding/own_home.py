"""Whether somebody speaks of their own home. Pure."""

from __future__ import annotations

import re

#: Whoever speaks of their own home names themselves.
ONESELF, ONESELF_EN = frozenset("我俺咱阮侬本"), ("my ", " mine")
MINE = re.compile(
    r"(?:我|俺|咱|阮|侬|我们|俺们|咱们|本人)(?:自己)?(?:家|屋|屋头|屋里|房|户|这户|们家|楼上|头顶)"
)
MINE_EN = re.compile(
    r"\bmy (?:flat|apartment|apt|place|home|unit|kitchen|bathroom|ceiling|door|balcony|window|"
    r"room|bedroom|house|living|tap|toilet|boiler|rads?|radiators?)\b|\b(?:in|at) mine\b"
)


def says_mine(text: str) -> bool:
    """Whether the sender of a plain text speaks of their own home."""
    if not ONESELF.isdisjoint(text) and MINE.search(text):
        return True
    return any(each in text for each in ONESELF_EN) and MINE_EN.search(text) is not None
