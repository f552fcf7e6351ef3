"""What is named only in passing, and of whom a line speaks: both tell whose place is meant."""

from __future__ import annotations

import re

from handlers.understanding.floors import ORDER, said_floor
from handlers.understanding.normal import HAN

NUMBER = r"[\d一二三四五六七八九十]{1,3}"
#: Before what is the sender's own: "我们9楼也停电了".
MINE = "我俺咱们家哋"
#: A room whose people are called or quoted: "301没人", "隔壁602也没". (Who does not open the door
#: may well be the one who needs help.)
ROOM = re.compile(
    rf"(?<![{MINE}\d])\d{{3,4}}(?:室|户|家)?"
    r"(?:也|说|没人(?!应|开|理)|在家|在不在|在吗(?![\s,]?[你您侬]们?家)|不在)"
)
#: A floor where it is so as well, that somebody came to or waits on.
NOT_THERE = re.compile(
    rf"(?<![{MINE}\d一二三四五六七八九十楼层])(?:{NUMBER}\s*[楼层][、和跟]?){{0,3}}"
    rf"{NUMBER}\s*[楼层](?:也|都|[^到]{{0,2}}等)"
    rf"|(?<!梯)(?<!每回)[上爬走跑冲](?:到|着到){NUMBER}\s*[楼层](?!\s*(?:看|发现|吓|闻|碰|遇|撞))"
)
#: How far somebody climbs, where a lift goes of itself, and from where something fell that lies
#: elsewhere now.
AWAY = re.compile(
    rf"(?<!我)(?:天天|每天|每日|还得|都要|得|要)?爬(?:了|个)?{NUMBER}\s*[楼层](?!的|那|有|看|发现)"
    rf"|自[己动]个?[回去下上升降]+到?了?{NUMBER}\s*[楼层]"
    rf"|从{NUMBER}\s*[楼层](?:的?(?:窗户?|阳台|窗口|窗台))?(?:里|上)?(?:掉|蹿|跳|摔|飞|滑|落)"
)
#: Other houses, of which it is only said that it is so there as well, or asked.
HOUSE = re.compile(
    rf"{NUMBER}\s*(?:[栋幢座]|号楼)(?:那边|那里)?(?:也有人|也说|也这样|也一样|有一样|有没有一样)"
    rf"|(?:[往朝向]|[流漂飘漫滚跑吹]到了?){NUMBER}\s*(?:[栋幢座]|号楼)(?:{NUMBER}\s*单元)?"
    r"(?:(?:那边|那头|那里|方向)?[去跑走]|那边|那头)"
)
#: A floor that is still built: "pouring a seventh floor", "正在盖第七层".
BUILT = re.compile(
    rf"\b(?:pour|build|add|erect|cast|construct)\w*\s+(?:up\s+)?(?:a|an|the|another|its|their)\s+"
    rf"(?:(?:{ORDER})|\d{{1,2}}(?:st|nd|rd|th))\s+(?:floor|stor(?:e?y))"
    rf"|[盖加浇]到?(?:了|起)?第?{NUMBER}\s*层(?!的|那)"
)
#: One that somebody lives on, that something comes to, or from which on it is so everywhere: some
#: mean that floor.
FLOOR = re.compile(
    rf"{NUMBER}\s*[楼层](?:以上|以下|往上|往下)|(?:住在?|闻到|传到|漫到|流到){NUMBER}\s*[楼层]"
)
#: A flat or floor that something comes from or lies by.
FLAT = re.compile(
    r"\b(?:from|near|by|beside|next to|opposite|behind|up to|below|past) (?:the )?"
    r"(?:flat |apt |unit |no\.? ?|number |#|floor |level )?[a-h]?-?\d{1,4}[a-h]?\b"
    r"(?!\s*(?:am|pm|:|to\b|mins?|minutes|hours?|days?|months?))"
)
ME = re.compile(r"[我俺咱阮]|\b(?:i|i'm|im|my|me|we|our|us)\b")
OTHERS = re.compile(
    r"[他她伊渠佢]|那家|这家|人家|老[王李张刘赵陈杨黄周吴]|大爷|奶奶|阿婆|爷叔"
    r"|\b(?:he|she|his|her|their|they|mr|mrs|ms|uncle|aunty)\b"
)

STOREYS = ("层", "floor", "stor")


def passed(text: str) -> str:
    """What a plain text names in passing: room, floor, flat; else nothing."""
    if ROOM.search(text):
        return "room"
    if NOT_THERE.search(text) or FLOOR.search(text):
        return "floor"
    return "flat" if not HAN.search(text) and FLAT.search(text) else "nothing"


def without(text: str) -> str:
    """A plain text without the rooms and floors that are certainly no place of what it tells."""
    text = HOUSE.sub(" ", AWAY.sub(" ", ROOM.sub(" ", text)))
    if any(each in text for each in STOREYS):
        text = BUILT.sub(" ", text)
    # "七楼八楼都这样" is from one floor to another, "5楼7楼都没有" is everywhere.
    return NOT_THERE.sub(lambda found: found[0] if _is_span(found[0]) else " ", text)


def _is_span(text: str) -> bool:
    return "-" in (said_floor(text) or "")


def whom(text: str) -> str:
    """Of whom a plain text speaks: of the sender, of somebody else, of both or nobody."""
    return f"{ME.search(text) is not None},{OTHERS.search(text) is not None}"
