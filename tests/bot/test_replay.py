"""`linli replay`: a transcript or Telegram's export, and what would have become of each message."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.recorded import RecordingError, read_recording
from bot.replay import replayed
from bot.replay_report import Became
from tests.bot.commanding import alone, run

FIELDS = ["conv", "n", "outcome", "of", "category", "urgency", "kind", "place"]

Spoken = dict[str, Any]


def spoken(n: int, sender: str, text: str, **more: Any) -> Spoken:
    return {
        "conv": "c1",
        "chat": {"area": "3栋", "title": "和平里3栋邻里群"},
        "n": n,
        "at": f"2026-03-02T08:{n:02d}:00+08:00",
        "sender": sender,
        "sender_home": None,
        "role": "resident",
        "text": text,
        "reply_to": None,
        "media": None,
        **more,
    }


TALK = [
    spoken(1, "501王姨", "大家早上好"),
    spoken(
        2,
        "401老赵",
        "电梯坏了，卡在5楼不动",
        sender_home={"building": "3", "unit": "2", "room": "401"},
        gold={"outcome": "talk", "category": "noise"},
    ),
    spoken(3, "501王姨", "+1 我家也等不到电梯", reply_to=2),
    spoken(4, "物业小吴", "收到，师傅在路上了", role="property_manager", reply_to=2),
]


def transcript(tmp_path: Path, rows: list[Spoken]) -> Path:
    file = tmp_path / "talk.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


Replay = Callable[..., tuple[int, str, str]]


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """The command, in English, somewhere with nothing around."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    alone(monkeypatch, folder)

    def command(*args: object) -> tuple[int, str, str]:
        done = run("replay", *args)
        assert not list(folder.iterdir())  # nothing is kept
        return done.exit_code, done.stdout, done.stderr

    return command


def test_one_line_a_message_for_programs(tmp_path: Path, replay: Replay) -> None:
    code, out, _ = replay(transcript(tmp_path, TALK), "--json")
    said = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [list(each) for each in said] == [FIELDS] * 4
    assert [each["n"] for each in said] == [1, 2, 3, 4]
    assert [each["outcome"] for each in said] == ["talk", "open", "join", "update"]
    assert [each["of"] for each in said] == [None, None, 2, 2]
    opened = said[1]
    assert (opened["category"], opened["place"]["building"]) == ("lift", "3")
    assert set(opened["place"]) == {"building", "unit", "floor", "room", "spot"}


def test_what_the_right_answer_is_said_to_be_changes_nothing(
    tmp_path: Path, replay: Replay
) -> None:
    bare = [{k: v for k, v in row.items() if k != "gold"} for row in TALK]
    with_gold = replay(transcript(tmp_path, TALK), "--json")
    assert replay(transcript(tmp_path, bare), "--json") == with_gold


def test_a_list_with_a_summary_for_people(tmp_path: Path, replay: Replay) -> None:
    _, out, _ = replay(transcript(tmp_path, TALK))
    assert "和平里3栋邻里群" in out
    assert "[a request · Lift" in out
    for line in (
        "4 messages. What would have become of them:",
        "● 1 request",
        "1  Lift",
        "+ 1 “me too” joined to a request",
        "1 message left alone",
        "Nothing was sent and nothing was kept.",
    ):
        assert line in out


def test_conversations_do_not_touch_each_other(tmp_path: Path, replay: Replay) -> None:
    """What one left undone years ago is not due in the other; each begins at its own time."""
    old = [{**row, "conv": "old", "at": row["at"].replace("2026", "2020")} for row in TALK]
    mixed = [row for pair in zip(TALK, old, strict=True) for row in pair]
    _, out, _ = replay(transcript(tmp_path, mixed), "--json")
    said = [json.loads(line) for line in out.splitlines()]
    alone = [{k: v for k, v in each.items() if k != "conv"} for each in said[:4]]
    assert alone == [{k: v for k, v in each.items() if k != "conv"} for each in said[4:]]
    assert [each["conv"] for each in said] == ["c1"] * 4 + ["old"] * 4


def test_many_conversations_are_shared_out_and_come_in_order(
    tmp_path: Path, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.replay.A_SHARE", 1)
    monkeypatch.setattr("bot.replay.os.cpu_count", lambda: 2)
    rows = [{**row, "conv": f"c{i}"} for i in range(2) for row in TALK[:2]]
    _, out, _ = replay(transcript(tmp_path, rows), "--json")
    said = [json.loads(line) for line in out.splitlines()]
    assert [(each["conv"], each["n"], each["outcome"]) for each in said] == [
        ("c0", 1, "talk"),
        ("c0", 2, "open"),
        ("c1", 1, "talk"),
        ("c1", 2, "open"),
    ]


# Telegram Desktop's export


def exported(number: int, sender: str | None, text: Any, **more: Any) -> Spoken:
    return {
        "id": number,
        "type": "message",
        "date": f"2026-03-02T08:{number % 60:02d}:00",
        "date_unixtime": str(1_772_409_600 + 60 * number),
        "from": sender,
        "from_id": f"user{sender or 9}",
        "text": text,
        "text_entities": [],
        **more,
    }


GROUP: list[Spoken] = [
    {
        "id": 3,
        "type": "service",
        "date": "2026-03-01T08:00:00",
        "actor": "王姨",
        "action": "create_group",
        "text": "",
    },
    exported(11, "王姨", ["大家好 ", {"type": "mention", "text": "@laozhao"}, " 早"]),
    exported(
        12,
        "老赵",
        [{"type": "bold", "text": "电梯坏了"}, "，卡在5楼不动"],
        edited="2026-03-02T08:13:00",
        edited_unixtime="1772410380",
    ),
    exported(14, None, "我家也是，等不到电梯", reply_to_message_id=12),
    exported(15, "老赵", "", photo="photos/a.jpg", reply_to_message_id=12),
    exported(16, "王姨", "", media_type="sticker", file="s.webp", sticker_emoji="👍"),
    exported(17, "王姨", "看看", reply_to_message_id=99, reply_to_peer_id="channel5"),
    exported(18, "王姨", "转一下", forwarded_from=None),
    exported(19, "老赵", "在这", location_information={"latitude": 1.0, "longitude": 2.0}),
    exported(20, "老赵", "话题里的", reply_to_message_id=3),
    exported(20, "老赵", "again"),
]


def export(tmp_path: Path, whole: object) -> Path:
    file = tmp_path / "result.json"
    file.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


@pytest.mark.parametrize("kind", ["private_group", "private_supergroup", "public_supergroup"])
def test_a_telegram_export_is_replayed(tmp_path: Path, replay: Replay, kind: str) -> None:
    whole = {"name": "和平里3栋邻里群", "type": kind, "id": 1001, "messages": GROUP}
    code, out, _ = replay(export(tmp_path, whole), "--json")
    said = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [each["n"] for each in said] == [11, 12, 14, 15, 16, 17, 18, 19, 20]  # Telegram's ids
    assert {each["conv"] for each in said} == {"和平里3栋邻里群"}
    assert said[1]["outcome"] == "open"
    assert said[1]["place"]["building"] == "3"  # the group's own name says which
    assert (said[2]["outcome"], said[2]["of"]) == ("join", 12)


def test_what_an_export_says_of_a_message(tmp_path: Path) -> None:
    whole = {"name": "g", "type": "private_group", "messages": GROUP}
    (found,) = read_recording(export(tmp_path, whole), "3栋")
    lines = {line.n: line for line in found.lines}
    assert found.area == "3栋"
    assert lines[11].text == "大家好 @laozhao 早"
    assert lines[12].at.isoformat() == "2026-03-02T00:12:00+00:00"
    assert lines[14].sender == "user9"  # a deleted account has no name
    assert (lines[14].reply_to, lines[17].reply_to, lines[20].reply_to) == (12, None, None)
    assert [lines[n].media for n in (15, 16, 19)] == ["photo", "sticker", "location"]
    assert [lines[n].forwarded for n in (17, 18)] == [False, True]


def test_two_people_of_one_name_stay_two(tmp_path: Path) -> None:
    rows = [exported(1, "王", "a", from_id="user1"), exported(2, "王", "b", from_id="user2")]
    (found,) = read_recording(export(tmp_path, {"name": "g", "messages": rows}))
    assert [line.who for line in found.lines] == ["user1", "user2"]


def test_of_a_whole_account_only_the_groups_are_read(tmp_path: Path) -> None:
    chats: list[Spoken] = [
        {"name": "3栋", "type": "private_supergroup", "messages": GROUP[:2]},
        {"name": "妈妈", "type": "personal_chat", "messages": [{"id": "not even looked at"}]},
        {"name": "3栋", "type": "private_group", "messages": GROUP[:3]},
        {"type": "saved_messages", "messages": []},
    ]
    left: Spoken = {"list": [{"name": "4栋", "type": "public_supergroup", "messages": []}]}
    found = list(read_recording(export(tmp_path, {"chats": {"list": chats}, "left_chats": left})))
    assert [each.name for each in found] == ["3栋", "3栋 (2)", "4栋"]
    assert [len(each.lines) for each in found] == [1, 2, 0]


# What is wrong is told with its line and field


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": 0}, "line 2, n: "),
        ({"n": 1}, "line 2, n: Message 1 of c1 stands there twice."),
        ({"at": "yesterday"}, "line 2, at: “yesterday” is no moment"),
        ({"at": "2026-03-02T08:00:00"}, "line 2, at: The moment needs its offset"),
        ({"sender": ""}, "line 2, sender: "),
        ({"reply_to": 7}, "line 2, reply_to: There is no earlier message 7"),
        ({"media": "hologram"}, "line 2, media: “hologram” does not fit"),
        ({"text": None}, "line 2, text: A text is wanted"),
        ({"chat": "3栋"}, "line 2, chat: "),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, replay: Replay, change: Spoken, said: str) -> None:
    file = transcript(tmp_path, [TALK[0], {**TALK[1], **change}])
    code, out, err = replay(file)
    assert (code, out) == (2, "")
    assert err.startswith(f"{file}: {said}")


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("none.json", None, "cannot be read"),
        ("x.jsonl", b"", "empty"),
        ("x.jsonl", b"\xff\xfe", "UTF-8"),
        ("x.jsonl", b"{}\nno json\n", "line 2: Not valid JSON"),
        ("x.json", b'{\n "messages": [\n', "line 3: Not valid JSON"),
        ("x.json", b'{\n "name": "x"\n}', "Neither a transcript"),
        ("x.json", b"[1]", "line 1"),
        ("x.json", b'{"messages": 7}', "messages: A list"),
        ("x.json", b'{"messages": [{"id": 4}]}', "messages.1 (id 4).date: “date” is missing"),
        ("x.json", b'{"messages": [5]}', "messages.1"),
        ("x.json", b'{"chats": {"list": []}}', "no group"),
        ("x.json", b'{"chats": 1}', "chats: "),
    ],
)
def test_a_file_that_is_no_recording_is_told(
    tmp_path: Path, replay: Replay, name: str, body: bytes | None, said: str
) -> None:
    file = tmp_path / name
    if body is not None:
        file.write_bytes(body)
    code, out, err = replay(file)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_of_many_wrong_lines_the_first_are_told(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text("no json\n" * 1000)
    with pytest.raises(RecordingError) as caught:
        read_recording(file)
    assert len(caught.value.errors) == 20


async def test_the_replay_fails_loudly_when_we_do(tmp_path: Path) -> None:
    """A message that could not be handled must not pass for talk."""

    class Broken:
        def read(self, heard: object, scene: object) -> Any:
            raise ZeroDivisionError

        def report(self, heard: object, scene: object) -> Any:
            raise ZeroDivisionError

    found = list(read_recording(transcript(tmp_path, TALK)))
    with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="ZeroDivisionError")):
        async for _ in replayed(found, lambda _: Broken()):
            pass


def test_a_line_for_programs_has_exactly_these_fields() -> None:
    assert list(json.loads(Became("c", 1, "talk").as_json())) == FIELDS
