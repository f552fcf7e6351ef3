"""Files of messages: how each kind is described to the bot."""

from __future__ import annotations

from tests.fakes.bot_api.records import Json, StoredFile
from tests.fakes.bot_api.world import World

MOVING = {"duration": 1}
SEEN = {"width": 90, "height": 90}
#: What a kind of file has beside its ids.
DETAILS: dict[str, Json] = {
    "voice": MOVING,
    "audio": MOVING,
    "video": MOVING | SEEN,
    "animation": MOVING | SEEN,
    "video_note": MOVING | {"length": 90},
    "document": {},
    "sticker": SEEN | {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"},
}
NAMED = frozenset({"document", "audio", "video", "animation"})


def described(world: World, kind: str, file: StoredFile) -> Json:
    """The field of a Message that tells of a file of this kind."""
    if kind == "photo":
        small = world.keep_file(file.body[:8], file.name)
        return {"photo": [{**small.json(), **SEEN}, {**file.json(), "width": 1280, "height": 960}]}
    name = {"file_name": file.name} if file.name and kind in NAMED else {}
    return {kind: {**file.json(), **DETAILS[kind], **name}}
