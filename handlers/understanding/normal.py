"""Text made plain before it is read: width, case, Traditional signs, hidden signs, length."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from operator import add

#: Longer messages are notices or hostile; their beginning says what they are.
MOST_SIGNS = 400

# The Traditional signs that building talk uses, each with its Simplified twin.
TRADITIONAL = (
    "電電梯樓層單間號門燈壞滅漏廁廳廚噪聲響煩嗎麼個們為這還沒來過請誰點話說聽見開關"
    "車場庫佔雜堆滿髒臭燒煙氣氣鍋爐熱凍環衛綠樹葉貓狗遛繩養鄰裝修電線纜網絡費錢賬"
    "長員務業區棟戶頂牆裂縫滲堵塞換師傅報警醫療護老爺婦兒學應該當時從東兩邊裏裡後"
)
SIMPLIFIED = (
    "电电梯楼层单间号门灯坏灭漏厕厅厨噪声响烦吗么个们为这还没来过请谁点话说听见开关"
    "车场库占杂堆满脏臭烧烟气气锅炉热冻环卫绿树叶猫狗遛绳养邻装修电线缆网络费钱账"
    "长员务业区栋户顶墙裂缝渗堵塞换师傅报警医疗护老爷妇儿学应该当时从东两边里里后"
)
TWINS = str.maketrans(TRADITIONAL, SIMPLIFIED)
ALL_TRADITIONAL = frozenset(TRADITIONAL)
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad]")
HAN = re.compile(r"[\u3400-\u9fff]")
#: A Latin word, a number, or any other sign.
WORD = re.compile(r"[a-z']+|\d+|[^\sa-z\d]")


def plain(text: str) -> str:
    """The text as all reading sees it: at most 400 characters, one form of each sign."""
    text = text[: MOST_SIGNS * 2]
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
        if not ALL_TRADITIONAL.isdisjoint(text):
            text = text.translate(TWINS)
    return " ".join(text.split())[:MOST_SIGNS]


@lru_cache(2)
def pairs_of(text: str) -> list[str]:
    """Each sign of a text with the one behind it. Cues, phrases and n-grams are all found by them,
    one after the other: so they are made once, and hashed once. Nobody changes them."""
    return list(map(add, text, text[1:]))


def in_script(name: str, text: str) -> str:
    """The name of a threshold in the script of a text: the languages are not equally plain."""
    return name if HAN.search(text) else f"{name} latin"


def is_chinese(text: str) -> bool:
    """Whether any of it is Chinese."""
    return HAN.search(text) is not None
