"""The life of a request, from the report to its end: what the rest of the house may call."""

from handlers.requests.access import follow
from handlers.requests.details import (
    add_detail,
    change_detail,
    narrow,
    recall_detail,
    request_of_album,
)
from handlers.requests.given import Anew, Given
from handlers.requests.joining import join, leave
from handlers.requests.moving import move
from handlers.requests.opening import Report, open_request
from handlers.requests.progress import note_update, still_so
from handlers.requests.showing import show_cards_in

__all__ = [
    "Anew",
    "Given",
    "Report",
    "add_detail",
    "change_detail",
    "follow",
    "join",
    "leave",
    "move",
    "narrow",
    "note_update",
    "open_request",
    "recall_detail",
    "request_of_album",
    "show_cards_in",
    "still_so",
]
