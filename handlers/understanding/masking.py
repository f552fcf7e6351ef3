"""What must not leave the house: numbers, names and flats, taken out of a text beforehand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from handlers.understanding.addresses import EVERYWHERE
from handlers.understanding.normal import plain
from handlers.understanding.rooms import ROOM, ROOM_EN, ROOM_HAN, TWO

#: Common family names; they count only beside a title ("王姨", "老李", "陈师傅").
FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏"
    "吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙史陶贺毛段郝顾龚邵万覃武钱"
)
TITLES = (
    "阿姨|叔叔|爷爷|奶奶|大爷|大妈|大叔|大姐|大哥|师傅|老师|先生|女士|太太|小姐|经理|书记|主任|医生"
    "|大夫|队长|楼长|站长|姐姐|哥哥"
)
SHORT = "姨叔婶伯哥姐爷奶嫂工总"
MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:https?://|www\.)\S+|\b[a-z]+://\S+"), "[link]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[contact]"),
    (re.compile(r"@[^\s,，。:：!！?？]+"), "[name]"),
    (
        re.compile(r"(?:微信|vx|wx|wechat|whatsapp|qq|扣扣)(?:号|群)?[\s:：是加]*[a-z\d_-]{5,}"),
        "[contact]",
    ),
    (
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][a-z\d]{5,6}"
        ),
        "[plate]",
    ),
    # Phones, accounts and identity cards, however they are cut.
    (re.compile(r"\+?\d(?:[\s.()/_*-]{0,2}\d){6,}[xX]?"), "[number]"),
    (
        re.compile(r"[零〇一二三四五六七八九幺两](?:[\s-]?[零〇一二三四五六七八九幺两]){6,}"),
        "[number]",
    ),
    (re.compile(rf"(?:[{FAMILY}]|欧阳|上官|司马)[\u4e00-\u9fff]{{0,2}}?(?:{TITLES})"), "[name]"),
    (re.compile(rf"[{FAMILY}][{SHORT}]"), "[name]"),
    (re.compile(rf"[老小阿][{FAMILY}](?![\u4e00-\u9fff]?[区时门路层])"), "[name]"),
    (
        re.compile(r"\b(?:mr|mrs|ms|mdm|miss|dr|auntie|aunty|uncle|madam)\b\.?\s+[a-z][\w'-]*"),
        "[name]",
    ),
    *((form, "[flat]") for form in EVERYWHERE),
    (TWO, "[flat]"),
    (ROOM, "[flat]"),
    (ROOM_HAN, "[flat]"),
    (ROOM_EN, "[flat]"),
)
BARE_NAME = re.compile(r"^[\d\W_]*(?:栋|单元|室|号)?[\d\W_]*|[\d\W_]+$")


def masked(text: str, names: Mapping[str, str]) -> str:
    """The plain form of a text (at most 400 characters) without numbers, names and flats.

    `names`: a name as it is shown in the group -> what to write for it. Of names that nobody in
    the group bears only those are seen that stand beside a title; a stranger's bare name stays.
    """
    text = plain(text)
    for name, instead in _longest_first(names):
        text = re.sub(_shape(name), instead, text)
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def _longest_first(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The names and what is left of them without flat numbers: "501王姨", "王姨"."""
    found: dict[str, str] = {}
    for name, instead in names.items():
        whole = plain(name)
        for each in (whole, BARE_NAME.sub("", whole)):
            if len(each) > 1:
                found.setdefault(each, instead)
    return sorted(found.items(), key=lambda pair: -len(pair[0]))


def _shape(name: str) -> str:
    return rf"(?<![a-z]){re.escape(name)}(?![a-z])" if name.isascii() else re.escape(name)
