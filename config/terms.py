"""The words that a policy is written in, and what all its parts have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Right = Literal["answer", "file", "confirm_home", "correct", "remind", "assign", "manage"]
AreaKind = Literal[
    "district", "subdistrict", "community", "neighbourhood", "building", "unit", "household"
]
Governance = Literal["self", "baseline"]
Urgency = Literal["emergency", "urgent", "normal"]
Evidence = Literal["code", "words", "photo"]
Voice = Literal["reporter", "joined", "neighbour"]


class Data(BaseModel):
    """Part of a policy: never changed, and without a field that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")
