"""How something that is passed on is called: by a name, and by nothing but that."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import PurePath

from handlers.chat.incoming import Media, MediaKind

LONGEST_NAME = 80
#: Signs, with its dot; what is longer is no ending, but a part of a sentence.
LONGEST_ENDING = 12
#: What something without a name is called.
NAMES: Mapping[MediaKind, str] = {
    MediaKind.PHOTO: "picture.jpg",
    MediaKind.VIDEO: "video.mp4",
    MediaKind.VOICE: "voice",
    MediaKind.FILE: "file",
}
#: How things without a name begin, and how it ends for them.
ENDINGS = {
    b"OggS": ".ogg",
    b"#!AMR": ".amr",
    b"ID3": ".mp3",
    b"\x02#!SILK": ".silk",
    b"%PDF": ".pdf",
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG": ".png",
}


def name_of(media: Media, body: bytes) -> str:
    """What it is called here: what its sender called it, as far as that is nothing but a name."""
    if media.kind is MediaKind.PHOTO:
        return NAMES[media.kind]  # it was drawn anew, whatever it was before
    # A name goes into headers, paths and people's eyes: no folders, and no signs that hide others.
    seen = "".join(each for each in media.name if unicodedata.category(each)[0] != "C")
    name = PurePath(seen.replace("\\", "/")).name.strip(" .")
    if not name:
        return _unnamed(media.kind, body)
    ending = PurePath(name).suffix
    if len(ending) > LONGEST_ENDING:
        ending = ""
    return name.removesuffix(ending)[: LONGEST_NAME - len(ending)] + ending


def _unnamed(kind: MediaKind, body: bytes) -> str:
    name = NAMES[kind]
    if PurePath(name).suffix:
        return name
    return name + next((end for begins, end in ENDINGS.items() if body.startswith(begins)), "")
