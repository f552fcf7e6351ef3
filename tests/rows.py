"""Rows as a test needs them, with all that it does not speak of filled in."""

from __future__ import annotations

from typing import Any

from storage.tables import Request
from tests.harness import MONDAY


def a_request(number: int = 1, **but: Any) -> Request:
    """A request of Monday at the first place, but for what is given."""
    plain: dict[str, Any] = {
        "root_id": 1,
        "number": number,
        "words": "",
        "category": "lift",
        "kind": "fault",
        "urgency": "normal",
        "area_id": 1,
        "area_path": "/1/",
        "state": "open",
        "opened_at": MONDAY,
        "changed_at": MONDAY,
    }
    return Request(**plain | but)
