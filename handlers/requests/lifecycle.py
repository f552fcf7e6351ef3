"""The life of a request, from the report to its end: what the rest of the house may call."""

from handlers.requests.details import (
    add_detail,
    change_detail,
    join_with,
    narrow,
    recall_detail,
    request_of_album,
)
from handlers.requests.given import Given
from handlers.requests.moving import move
from handlers.requests.opening import Report, open_request
from handlers.requests.progress import note_update, still_so
from handlers.requests.showing import show_cards_in
from handlers.requests.voices import follow, join, leave, only_me_too

__all__ = [
    "Given",
    "Report",
    "add_detail",
    "change_detail",
    "follow",
    "join",
    "join_with",
    "leave",
    "move",
    "narrow",
    "note_update",
    "only_me_too",
    "open_request",
    "recall_detail",
    "request_of_album",
    "show_cards_in",
    "still_so",
]
