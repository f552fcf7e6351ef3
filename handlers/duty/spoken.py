"""Which time a question about duty asks of: "今天谁值班", "who is on duty tonight"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.requests import when

#: What was is not answered: whoever was on duty then is nobody's to ask.
PAST = re.compile(r"昨|前[天晚]|上(?:个|次|周|星期|礼拜)|yesterday|\blast\b|\bwas\b|\bwere\b")
#: Days that have a name and no date here: better silent than an answer about now.
NAMED = re.compile(
    r"国庆|春节|过年|除夕|元旦|五一|十一|中秋|清明|端午|元宵|节假日|假期|放假|"
    r"下个?月|holiday|christmas|month"
)
NIGHT = re.compile(r"晚|夜|night|evening")
EVENING, DAWN = time(18), time(6)


@dataclass(frozen=True, slots=True)
class Span:
    """A time asked of; `now`: the moment itself."""

    begin: datetime
    end: datetime
    now: bool = False


def span(text: str, now: datetime, zone: ZoneInfo) -> Span | None:
    """The time that a plain text asks of, from now on; None: one that is over, or not known."""
    if PAST.search(text) or NAMED.search(text):
        return None
    named = when.until(text, now, zone)
    night = NIGHT.search(text) is not None
    if named is None and not night:
        return Span(now, now, now=True)
    day = (named or now.astimezone(zone)).date()
    begin = datetime.combine(day, EVENING if night else time(), zone)
    until = datetime.combine(day + timedelta(days=1), DAWN if night else time(), zone)
    return Span(max(begin, now), until) if until > now else None
