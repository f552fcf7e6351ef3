"""Numbers that name no floor and no room: bays, plates, money, machines, times. Pure."""

from __future__ import annotations

import re

#: A bay by its zone or by its word: "B区217", "bay 118", "lot B2-117", "217号车位".
BAY = (
    r"(?<=[a-z\d]区)\s*-?\d{2,4}(?!\d|室|户|房)|车位\s*(?:号|是|在)?\s*[a-z]?-?\d{2,4}(?!\d|号?[楼栋])"
    r"|\d{2,4}\s*号?\s*车位|\b(?:bay|lot|spot|stall)\s*(?:no\.?\s*|#\s*)?(?![bp]\d)[a-z]?\d{1,4}\b"
    r"|(?<=\b[bp]\d)-\d{2,4}\b"
)
#: A plate: "尾号8K6", "浙A7D88", "MH02 FX 4471", "WXX 4471" (letters that make no word).
PLATE = (
    r"尾号\s*[a-z\d*]{3,5}|[京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤川青藏琼宁新][a-z]\s?[·.]?[a-z\d*]{5,6}"
    r"|\b[a-z]{2}\d{2}\s?[a-z]{1,3}\s?\d{3,4}\b"
    r"|\b(?!blk|rm|nr|flt|lvl|flr|mr|mrs|dr|st|nd|rd|th)[bcdfghjklmnpqrstvwxz]{2,3}\s\d{4}\b"
)
#: Money by what is done with it or by its sign: "扣了1186", "押金3000", "$75", "1,640".
MONEY = (
    r"(?:一笔|押金|定金|保证金|罚款?|[扣交缴退收付补欠花]了?(?:我|他|你)?)\s*\d{2,5}(?![\d室户房家号栋的])"
    r"|\d{2,5}\s*(?:押金|定金|块钱)|(?<=费)\s*(?:是|要|共|一共|收了?)?\s*\d{2,5}(?![\d室户房号栋])"
    r"|\b\d[\d.,]*\s?(?:euros?|eur|pounds|quid|dollars|bucks|usd|aed|rupees|ringgit)\b|[$£€¥]\s?\d[\d,.]*|(?<![\d,])\d{1,3},\d{3}(?!\d)"
)
#: One of several machines: "treadmill no 2", "3号跑步机".
MACHINE = (
    r"\b(?:treadmill|washer|washing machine|dryer|bike|pump|camera|charger|machine)s?\s*"
    r"(?:no\.?\s*|number\s*|#\s*)?\d{1,2}\b"
)
#: What something is only measured by: "比四楼还高".
HEIGHT = r"比\s*[\d一二三四五六七八九十]{1,3}\s*[楼层]"
COUNT = "one|two|three|four|five|six|seven|eight|nine|ten"
#: When, not where: "dialysis at nine thirty, the van is at the door at 9".
CLOCK = re.compile(
    rf"\bat (?:{COUNT}|eleven|twelve|\d{{1,2}})"
    r"(?: (?:thirty|fifteen|forty ?five|o'?clock|sharp|tonight|tomorrow"
    r"|every (?:day|night|morning|evening)|in the (?:morning|evening|afternoon|night)"
    r"|this (?:morning|evening))|[:.]\d\d| ?[ap]\.?m\b)"
)
OTHERWISE = re.compile("|".join((BAY, PLATE, MONEY, MACHINE, HEIGHT)))


def without(text: str) -> str:
    """A plain text without them."""
    return OTHERWISE.sub(" ", text)


def is_hour(said: str, text: str) -> bool:
    """Who tells the time once tells it again: "at nine thirty ... at 9" are no floors."""
    if not said.startswith("at ") or CLOCK.search(text) is None:
        return False
    digits = re.sub(r"\D", "", said)
    return not digits or int(digits) <= 12
