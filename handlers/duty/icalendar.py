"""Somebody's turns as an iCalendar file (RFC 5545): their own times and places, nobody's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

MOST_BYTES = 75  #: of a line, after which it is folded
PRODUCT = "-//Linli//duty//EN"
#: Some programs take these for line breaks, others show nothing for them.
UNSEEN = dict.fromkeys((*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029))
ESCAPES = UNSEEN | str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One turn."""

    uid: str  #: the same turn has the same one in every export
    start: datetime
    end: datetime
    title: str
    place: str


def calendar(entries: Iterable[Entry], *, name: str, zone: str, now: datetime) -> bytes:
    """The file. Moments are in UTC, so that every program shows them right where it stands."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        f"X-WR-TIMEZONE:{zone}",
    ]
    for each in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{each.uid}",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(each.start)}",
            f"DTEND:{_moment(each.end)}",
            f"SUMMARY:{_text(each.title)}",
            f"LOCATION:{_text(each.place)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    return text.translate(ESCAPES)


def _folded(line: str) -> str:
    """Parted so that no line is too long, and no character is parted."""
    parts, part, room = list[str](), "", MOST_BYTES
    for sign in line:
        size = len(sign.encode())
        if size > room:
            parts.append(part)
            part, room = "", MOST_BYTES - 1  # the mark of a folded line takes one
        part, room = part + sign, room - size
    return "\r\n ".join([*parts, part])
