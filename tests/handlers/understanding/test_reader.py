"""The shipped reader: what it must notice, what it must leave, and that nothing breaks it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding.meaning import (
    Heard,
    Meaning,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
)
from handlers.understanding.reader import Reader
from tests.handlers.understanding.saying import (
    HOME,
    Listed,
    after_report,
    after_talk,
    heard,
    opened_by,
)

LINKS = (Outcome.JOIN, Outcome.DETAIL, Outcome.UPDATE)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def said(text: str, sender: str = "li", home: Place | None = HOME, **more: Any) -> Heard:
    return heard(text, sender, home=home, **more)


def spoken_of_weather() -> Scene:
    """A group in which somebody just spoke of the weather."""
    return after_talk("今天天气真不错 nice day", timedelta(minutes=12))


def with_a_request(words: str = "电梯又停了，没人修", category: str = "lift") -> Scene:
    """A group in which somebody just reported something."""
    home = Place("3", "2", None, "802")
    first = heard(words, "wang", timedelta(minutes=2), key="2", home=home)
    request = opened_by(first, category, Place("3", "2"), urgency=Urgency.URGENT)
    return after_report(first, request)


EMERGENCIES = [
    "楼道里好大一股煤气味，谁快来看看",
    "3栋2单元楼道着火了，全是浓烟！",
    "我被关在电梯里了，门打不开",
    "水管爆了，水哗哗往外喷，关不住",
    "电表箱冒火花，噼里啪啦响！",
    "外墙瓷砖掉下来了，差点砸到人",
    "王奶奶摔倒在楼梯口，叫不醒，快来人",
    "strong smell of gas in the hallway, please come quick",
    "there's smoke and fire in the stairwell, help!",
    "I'm stuck in the lift and the alarm does nothing",
    "burst pipe, water is pouring through my ceiling",
    "sparks coming out of the electric box on the landing",
    "old man has fallen on the stairs and isn't moving, call an ambulance",
    "快起来 地下室进水了 已经到膝盖 还在涨",
    "困里头了 快叫人",
    "我家对面厨房烟从门缝钻出来 叫了没人吱声",
    "停电了 六楼那个插管的老爷子有没有人管",
    "something's burning and it's not food, the corridor on 8 is hazy",
    "my nan is in the lift and it won't open",
    "he's kicking her door in, please someone",
    "楼上打起来了 报警",
    "they are fighting upstairs, call the police",
    "王奶奶在楼道摔倒了",
    "mrs lee fell on the stairs",
    "child missing, red coat",
    "a lump of concrete just fell on the steps, bits of it are still coming off",
]


NEAR_MISSES = [
    "楼上浇花的水滴到我阳台上了",
    "马桶往上返 污水流到客厅了 快来个会通的",
    "电梯里有只狗没牵 吓我一跳",
    "树杈断了搭在车顶上",
    "昨天半夜有人试我家门锁 今早看监控才知道",
    "detector on our landing chirps every half minute",
    "branch came down last night and blocks the path",
    "lost my glasses, maybe in the lift or the hall",
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_sounds_dangerous_pages_nobody(reader: Reader, text: str) -> None:
    meaning = reader.report(said(text), spoken_of_weather())
    assert meaning.urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_opens_at_once(reader: Reader, text: str) -> None:
    meaning = reader.read(said(text), spoken_of_weather())
    assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


REQUESTS = [
    ("电梯又坏了，没人修吗", "lift"),
    ("我家没水了，水龙头一滴都没有", "water"),
    ("楼道灯坏了好几天了，没人换", "electricity"),
    ("垃圾桶又满了，臭死了，没人清", "sanitation"),
    ("暖气片一点都不热，家里才12度", "heating"),
    ("楼上半夜还在拖椅子，吵得睡不着", "noise"),
    ("the lift is out of order again", "lift"),
    ("no water in my kitchen since this morning", "water"),
    ("the bins are overflowing and it stinks", "sanitation"),
    ("my radiators are cold again", "heating"),
]


@pytest.mark.parametrize(("text", "category"), REQUESTS)
def test_a_plain_report_opens_with_its_category(reader: Reader, text: str, category: str) -> None:
    meaning = reader.read(said(text), spoken_of_weather())
    assert (meaning.outcome, meaning.category) == (Outcome.OPEN, category)
    assert meaning.reasons


TALK = [
    "热死了，这天没法出门",
    "我的手机没电了，回聊",
    "谢谢大家，辛苦了",
    "这个价格太火了，抢不到",
    "去年冬天我家水管冻裂过，那会儿可惨了",
    "哈哈哈哈笑死我了",
    "团购草莓还差两份，要的接龙",
    "我妈那边小区电梯坏了一个月",
    "早上好，祝大家周末愉快",
    "this price is fire 🔥",
    "my phone is dead, talk later",
    "thank you so much everyone",
    "remember the leak two years ago? what a week",
    "lol you made my day",
    "selling a sofa, 40, pick up tonight",
    "power cut at my office, early finish",
    "good morning all",
]


@pytest.mark.parametrize("text", TALK)
def test_talk_is_left_alone(reader: Reader, text: str) -> None:
    assert reader.read(said(text), spoken_of_weather()).outcome is Outcome.TALK


def test_a_neighbours_me_too_joins(reader: Reader) -> None:
    meaning = reader.read(said("我家也是，等半天了", sender="zhao"), with_a_request())
    assert (meaning.outcome, meaning.of) == (Outcome.JOIN, "2")


@pytest.mark.parametrize("role", ["grid_worker", "property_manager", "building_captain"])
def test_staff_who_say_my_home_too_speak_as_residents(reader: Reader, role: str) -> None:
    meaning = reader.read(said("我家也是", sender="zhao", home=None, role=role), with_a_request())
    assert (meaning.outcome, meaning.of) == (Outcome.JOIN, "2")


def test_the_captains_word_is_an_update(reader: Reader) -> None:
    heard = said("收到，已经联系维修师傅，半小时到", sender="chen", role="building_captain")
    meaning = reader.read(heard, with_a_request())
    assert (meaning.outcome, meaning.of) == (Outcome.UPDATE, "2")


def test_a_reply_speaks_of_what_it_replies_to(reader: Reader) -> None:
    older, second = with_a_request(), said("门口垃圾没人收", sender="sun", key="7")
    newer = opened_by(second, "sanitation", Place("3", "2"), urgency=Urgency.URGENT)
    both = Scene(
        area=older.area,
        recent=(*older.recent, Said(second, Outcome.OPEN, "7")),
        requests=(*older.requests, newer),
    )
    heard = said("修好了，谢谢师傅", sender="wang", reply_to="2")
    meaning = reader.read(heard, both)
    assert meaning.outcome in LINKS
    assert meaning.of == "2"


def test_the_place_joins_words_home_and_group(reader: Reader) -> None:
    spoken = reader.read(said("3栋2单元501的水管漏水了，没人修"), spoken_of_weather())
    assert spoken.place == Place("3", "2", "5", "501")
    mine = reader.read(said("我家厨房漏水，水管坏了，谁来修一下"), spoken_of_weather())
    assert (mine.place.building, mine.place.room) == ("3", "501")


def test_a_communitys_own_word_names_its_category() -> None:
    own = Reader.load(extra_cues={"greening": ["棕榈"]})
    meaning = own.read(said("门口的棕榈坏了，倒下来挡路，谁来处理一下"), spoken_of_weather())
    assert meaning.category == "greening"


def test_an_empty_message_means_nothing(reader: Reader) -> None:
    assert reader.read(said("  \u200b "), spoken_of_weather()) == Meaning(Outcome.TALK)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(("resident", "property_manager")), st.booleans())
def test_any_text_is_read_without_harm_and_always_alike(text: str, role: str, busy: bool) -> None:
    reader = READER
    scene = with_a_request() if busy else spoken_of_weather()
    heard = said(text, role=role, reply_to="2" if busy else None)
    first = reader.read(heard, scene)
    assert reader.read(heard, scene) == first
    assert 0.0 <= first.confidence <= 1.0
    assert (first.of is not None) == (first.outcome in LINKS) or first.outcome is Outcome.ANSWER


READER = Reader.load()
HOSTILE = (
    "(" * 100_000,
    "5" * 100_000,
    "5-" * 50_000,
    "1(2[3{" * 16_000,
    "一" * 100_000,
    "一楼到" * 30_000,
    "\u202e3栋" * 20_000,
    "\u200b3\u200d栋" * 20_000,
    "🔥" * 50_000,
    "@" * 100_000,
    "on 4 and " * 10_000,
    "电" * 100_000,
    "a" * 100_000,
)


#: What is read is at most fifty times as long as a line; so much longer may it take in any case.
MOST = 100


def took(act: Callable[[], object]) -> float:
    """Seconds of the processor, in which nobody looks for garbage."""
    gc.disable()
    try:
        began = process_time()
        act()
        return process_time() - began
    finally:
        gc.enable()


@pytest.fixture(scope="module")
def ordinary() -> float:
    """What a line takes that nobody has said before, on this machine."""
    lines = (f"{n}号楼{n}层的{thing}坏了" for n in range(1, 12) for thing in ("灯", "电梯", "门"))
    return median(
        took(lambda line=line: READER.report(said(line), spoken_of_weather())) for line in lines
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_length_is_cut_before_it_is_read(
    reader: Reader, text: str, ordinary: float
) -> None:
    found = list[Meaning]()
    read = took(lambda: found.append(reader.read(said(text), with_a_request())))
    assert found[0].outcome in tuple(Outcome)
    assert read < MOST * ordinary


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0135-(#.@栋单元楼层到和一十百 \u202e\u200b🔥abfltB", max_size=400))
def test_places_and_cues_are_sought_in_bounded_time(ordinary: float, text: str) -> None:
    scene = replace(spoken_of_weather(), places=Listed())
    assert took(lambda: READER.report(said(text), scene)) < MOST * ordinary


@pytest.mark.parametrize(
    "text",
    [
        "楼道灯不亮好几天了",
        "垃圾桶满了没人收",
        "我家厕所堵了往外冒水",
        "the hallway light has been out for days",
        "bins are overflowing again",
    ],
)
def test_a_fault_of_another_kind_is_a_request_of_its_own(reader: Reader, text: str) -> None:
    for sender in ("wang", "li"):
        meaning = reader.read(said(text, sender=sender), with_a_request())
        assert meaning.outcome is Outcome.OPEN, sender
        assert meaning.category != "lift"


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("电梯又停了，没人修", "电梯坏了"),
        ("电梯又停了，没人修", "电梯又坏了啊"),
        ("电梯又停了，没人修", "电梯坏了啊"),
        ("电梯又停了，没人修", "电梯还是坏的"),
        ("the lift is dead again", "lift is broken"),
    ],
)
def test_the_same_thing_reported_by_a_neighbour_joins(
    reader: Reader, first: str, text: str
) -> None:
    """R3, R4"""
    meaning = reader.read(said(text), with_a_request(first))
    assert (meaning.outcome, meaning.of) == (Outcome.JOIN, "2")


@pytest.mark.parametrize(
    ("first", "category", "text"),
    [
        ("电梯又坏了", "lift", "1单元电梯也坏了"),
        ("楼道灯坏了", "electricity", "1单元楼道灯也不亮"),
        ("水管漏水", "water", "4栋没水了"),
        ("the lift is broken", "lift", "the lift in block 4 is broken too"),
    ],
)
def test_the_same_fault_of_another_house_is_a_request_of_its_own(
    reader: Reader, first: str, category: str, text: str
) -> None:
    meaning = reader.read(said(text, sender="sun"), with_a_request(first, category))
    assert meaning.outcome is Outcome.OPEN


def test_what_is_off_in_another_house_as_well_is_the_same(reader: Reader) -> None:
    dark = with_a_request("3栋没电了", "electricity")
    assert reader.read(said("1单元也没电了", sender="sun"), dark).outcome in LINKS


def test_thanks_close_what_the_sender_is_asked_about(reader: Reader) -> None:
    """Of two of theirs the one that is said to be done, not the newest."""
    first, second = (
        heard("路灯不亮了", "li", timedelta(minutes=20), key="2", home=HOME),
        heard("电梯又坏了", "li", timedelta(minutes=10), key="3", home=HOME),
    )
    both = Scene(
        area=Place("3"),
        recent=(Said(first, Outcome.OPEN, "2"), Said(second, Outcome.OPEN, "3")),
        requests=(
            opened_by(first, "electricity", state="done"),
            opened_by(second, "lift", Place("3", "2")),
        ),
    )
    for text in ("好了，谢谢", "works now, thanks"):
        meaning = reader.read(said(text), both)
        assert (meaning.outcome, meaning.of) == (Outcome.UPDATE, "2")
        other = reader.read(said(text, sender="wang"), both)
        assert other.of != "2" or other.outcome is Outcome.TALK


def test_the_same_thing_elsewhere_is_a_request_of_its_own(reader: Reader) -> None:
    meaning = reader.read(said("5栋的电梯也坏了，困住人了"), with_a_request())
    assert meaning.outcome is Outcome.OPEN


ALARMS = [
    "着火了",
    "我家着火了",
    "电梯里有人被困住了",
    "有人晕倒了，在1单元门口",
    "煤气味很大，快来人！",
    "4栋着火了，快打119",
    "水管爆了",
    "fire in the stairwell",
    "I smell gas",
    "someone is trapped in the lift",
    "smoke in the hallway",
]


@pytest.mark.parametrize("text", ALARMS)
def test_danger_in_plain_words_is_heard_whatever_was_said_before(reader: Reader, text: str) -> None:
    busy = with_a_request("我家停水了", "water")
    for scene in (Scene(area=Place("3")), spoken_of_weather(), busy):
        meaning = reader.read(said(text), scene)
        assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize("text", ["停水了", "停电了", "没水啊", "no water", "the lift is broken"])
def test_a_bare_fact_in_a_quiet_group_is_a_report(reader: Reader, text: str) -> None:
    assert reader.read(said(text), Scene(area=Place("3"))).outcome is Outcome.OPEN


BARE_FACTS = [
    "水管漏水",
    "马桶漏水",
    "我家厕所堵了",
    "没电了",
    "2单元电梯坏了",
    "灯不亮",
    "no water",
    "lift dead again",
    "toilet is leaking",
    "unit 2 lobby light out",
    "路灯坏了好几盏，6栋到8栋那段",
    "电梯坏了，卡在5楼不动",
    "the lift is dead, nobody can get up",
    "路灯不亮了",
    "楼道灯不亮",
    "电梯停了",
    "没有热水",
    "no electricity",
]


@pytest.mark.parametrize("text", BARE_FACTS)
@pytest.mark.parametrize("home", [None, HOME])
def test_a_bare_fact_after_talk_is_a_report(reader: Reader, text: str, home: Place | None) -> None:
    just_now = after_talk("晚上吃啥呢", timedelta(minutes=1))
    for scene in (spoken_of_weather(), just_now, Scene(area=Place("3"))):
        assert reader.read(said(text, home=home), scene).outcome is Outcome.OPEN


@pytest.mark.parametrize("text", ["我们没电梯啊", "这价格着火了", "我手机没电了", "水平不行"])
def test_words_of_a_fault_within_other_words_are_none(reader: Reader, text: str) -> None:
    assert reader.read(said(text, home=None), spoken_of_weather()).outcome is Outcome.TALK


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("有人晕倒了，在1单元门口", "elder_care"),
        ("有人打架", "security"),
        ("楼下有人持刀", "security"),
        ("people are fighting downstairs", "security"),
        ("煤气味很大", "gas"),
        ("someone has fainted on the stairs", "elder_care"),
    ],
)
def test_a_danger_decides_who_helps(reader: Reader, text: str, category: str) -> None:
    meaning = reader.read(said(text), spoken_of_weather())
    assert (meaning.urgency, meaning.category) == (Urgency.EMERGENCY, category)
    assert meaning.place.room is None, "it is not at the sender's own home"
    assert meaning.confidence >= 0.6


def test_a_broken_reader_of_cards_is_no_emergency(reader: Reader) -> None:
    meaning = reader.read(said("4楼门禁坏了，刷卡没反应"), spoken_of_weather())
    assert meaning.outcome is Outcome.OPEN
    assert meaning.urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3-2 楼道灯坏了", Place("3", "2")),
        ("3-1楼道灯坏了", Place("3", "1")),
        ("the hallway light in unit 1 is broken", Place("3", "1")),
        ("3栋1单元楼道灯坏了", Place("3", "1")),
        ("1单元楼道灯不亮", Place("3", "1")),
    ],
)
def test_units_are_known_by_the_places_that_exist(reader: Reader, text: str, place: Place) -> None:
    scene = replace(spoken_of_weather(), places=Listed())
    assert reader.report(said(text), scene).place == place


def test_what_was_done_and_is_there_again_is_no_detail(reader: Reader) -> None:
    scene = with_a_request()
    ended = replace(scene.requests[0], state="done")
    meaning = reader.read(said("电梯又坏了", sender="wang"), replace(scene, requests=(ended,)))
    assert meaning.outcome is Outcome.OPEN or (meaning.of == "2" and meaning.again)


@pytest.mark.parametrize("text", ["今天天气不错", "大家早上好", "热死了", "good morning all"])
def test_talk_right_after_a_report_is_talk(reader: Reader, text: str) -> None:
    assert reader.read(said(text), with_a_request()).outcome is Outcome.TALK
