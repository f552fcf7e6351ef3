"""/my_data and /forget_me: all of a person for that person, then the facts without the person."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.base import Base
from storage.queries import traces
from storage.tables import Account, Erasure, Person, Request, Residence, Supporter, Update
from tests.dialogues.numbers import figures
from tests.harness import GROUP, Actor, Shown, Stage

NAME, ID, PHONE = "欧阳兰芝", "7700123456", "13987654321"


@pytest.fixture
def lan(stage: Stage) -> Actor:
    """A neighbour of Li whose name and number are found nowhere else."""
    return Actor(stage, ID, NAME)


def read(shown: Shown) -> str:
    """What stands in a file that was sent."""
    assert shown.file is not None, shown.whole
    return shown.file.decode()


async def settled(stage: Stage, lan: Actor) -> None:
    """She lives in Li's flat, left a number, reported, joined, and others spoke of her."""
    await lan.writes("/home 和平里3栋2单元501")
    await stage.wang.presses(stage.wang.last, "是的")
    await lan.writes(f"/我的电话 {PHONE}")
    await lan.says("3栋2单元楼道灯不亮了，我是欧阳兰芝")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/wait 1 等欧阳兰芝在家 周五")
    await stage.li.says("电梯又坏了")
    await lan.says("我家也是", reply_to=stage.card(2))
    await stage.zhao.says("3栋2单元401 漏水，楼上欧阳兰芝家漏下来的")


async def everything(stage: Stage) -> str:
    """Every value of every row of every table."""
    found: list[str] = []
    async with stage.app.store.read() as store:
        for table in Base.metadata.sorted_tables:
            for row in (await store.execute(select(table))).all():
                found += [json.dumps(list(row), ensure_ascii=False, default=str)]
    return "\n".join(found)


def files(stage: Stage) -> bytes:
    """All that SQLite has on the disk (PostgreSQL's files are not ours to look into)."""
    if not stage.app.store.sqlite:
        return b""
    path = Path(stage.app.store.url.removeprefix("sqlite:///"))
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


async def numbers(stage: Stage) -> list[Any]:
    """What statistics and cards count."""
    async with stage.app.store.read() as store:
        tables = Base.metadata.tables
        homes: dict[int, set[int]] = {}
        for each in await store.scalars(select(Supporter)):
            homes.setdefault(each.request_id, set()).add(each.home_key or -each.person_id)
        events = tables["event"].c
        moves = (
            await store.execute(
                select(events.request_id, events.at, events.move, events.state_to).order_by(
                    events.id
                )
            )
        ).all()
        facts = (
            await store.execute(
                select(Request.number, Request.category, Request.opened_at, Request.state).order_by(
                    Request.number
                )
            )
        ).all()
    return [{key: len(value) for key, value in homes.items()}, moves, facts]


async def forgets(stage: Stage, who: Actor) -> None:
    await who.writes("/忘记我")
    await who.presses(who.last, "确定，忘记我")


async def test_the_facts_stay_and_the_person_is_in_no_table_and_no_file(
    stage: Stage, lan: Actor
) -> None:
    await settled(stage, lan)
    before = await everything(stage)
    assert (NAME.encode() in files(stage)) is stage.app.store.sqlite
    assert NAME in before
    assert ID in before
    counted, told = await numbers(stage), await figures(stage)
    async with stage.app.store.read() as store:
        person = await store.scalar(select(Person.id).where(Person.name == NAME))
    await forgets(stage, lan)
    assert "已经忘记您了" in lan.last.text
    assert await numbers(stage) == counted
    assert await figures(stage) == told, "equal to those made again from the sealed file"
    await stage.passes(hours=2)
    after = await everything(stage)
    for trace in (NAME, ID, PHONE, json.dumps(NAME)[1:-1], "欧阳"):
        assert trace not in after, [line for line in after.split("\n") if trace in line]
    assert (await numbers(stage))[0] == counted[0]
    raw = files(stage)
    for trace in (NAME, ID, PHONE, json.dumps(NAME)[1:-1]):
        assert trace.encode() not in raw, trace
    async with stage.app.store.read() as store:
        for each in traces.columns_of_people():
            rows = await store.scalar(select(each).where(each == person).limit(1))
            assert rows is None, each
        assert (await store.scalars(select(Erasure))).all() == []


async def test_what_is_open_goes_on_without_the_person(stage: Stage, lan: Actor) -> None:
    await settled(stage, lan)
    await forgets(stage, lan)
    request = await stage.request(1)
    assert (request.state, request.words) == ("waiting", "")
    assert NAME not in stage.card(1).whole
    assert NAME not in stage.page(stage.wang).whole
    await stage.wang.writes("/resume 1")
    await stage.wang.writes("/done 1 换了灯泡")
    await stage.passes(days=4)
    assert (await stage.request(1)).state == "closed"
    told = [each.whole for each in stage.said(GROUP) if "#1" in each.whole]
    assert told
    assert "以前的邻居" not in "".join(told), "nobody calls who is not there"


async def test_who_comes_back_is_somebody_new(stage: Stage, lan: Actor) -> None:
    await settled(stage, lan)
    await forgets(stage, lan)
    await stage.passes(hours=2)
    await lan.writes("/我的资料")
    told = read(lan.heard[-2])
    assert "#1" not in told
    assert NAME in told
    await lan.writes("/home")
    assert "501" not in lan.last.text


async def test_two_of_one_request_stay_two(stage: Stage, lan: Actor) -> None:
    await settled(stage, lan)
    await stage.sun.says("我家也是", reply_to=stage.card(2))
    counted = await numbers(stage)
    await forgets(stage, lan)
    await forgets(stage, stage.li)
    await forgets(stage, stage.sun)
    assert await numbers(stage) == counted
    async with stage.app.store.read() as store:
        shells = (await store.scalars(select(Person).where(Person.shell.is_not(None)))).all()
        voices = (
            await store.scalars(
                select(Supporter.person_id).join(Request).where(Request.number == 2)
            )
        ).all()
    assert len(shells) == len(set(voices)) == 3
    assert {each.name for each in shells} == {"以前的邻居"}


async def test_she_is_asked_once_more_and_may_stay(stage: Stage, lan: Actor) -> None:
    await settled(stage, lan)
    await lan.writes("忘记我")
    assert "确定" in lan.last.text
    await lan.presses(lan.last, "不，先留着")
    assert NAME in await everything(stage)
    await lan.writes("/forget_me")
    await lan.writes("好的")
    assert "已经忘记您了" in lan.last.text
    async with stage.app.store.read() as store:
        found = await store.scalar(select(Account).where(Account.external_id == ID))
    assert found is None


async def test_nobody_forgets_somebody_else(stage: Stage, lan: Actor) -> None:
    await settled(stage, lan)
    await lan.writes("/忘记我")
    asked = lan.last
    await stage.zhao.presses_data(asked, asked.button("确定，忘记我").data or "")
    assert NAME in await everything(stage)


async def test_who_holds_an_office_or_a_request_hands_it_over_first(stage: Stage) -> None:
    await stage.wang.writes("/忘记我")
    assert "职务" in stage.wang.last.text
    await stage.li.says("电梯又坏了")
    await stage.wu.presses_data(stage.card(1), f"take:{(await stage.request(1)).id}")
    await stage.wu.writes("/忘记我")
    assert "没办完的事" in stage.wu.last.text


async def test_a_name_that_is_a_word_is_not_taken_out_of_what_others_wrote(stage: Stage) -> None:
    troll = Actor(stage, "8800765432", "电梯")
    await troll.says("大家好")
    await stage.li.says("电梯又坏了")
    await forgets(stage, troll)
    await stage.passes(hours=2)
    assert (await stage.request(1)).words == "电梯又坏了"
    assert "8800765432" not in await everything(stage)


async def test_all_that_is_known_comes_as_two_files(stage: Stage, lan: Actor) -> None:
    await settled(stage, lan)
    await lan.writes("/我的资料")
    text, data = read(lan.heard[-2]), json.loads(read(lan.heard[-1]))
    for known in (NAME, PHONE, "3栋2单元501", "#1", "楼道灯不亮了"):
        assert known in text
    assert data["me"]["phone"] == PHONE
    assert data["me"]["homes"] == ["和平里小区3栋2单元501"]
    assert [each["number"] for each in data["request"]] == [1]
    assert len(data["supporter"]) == 2
    assert "李娜" not in text + read(lan.heard[-1])
    assert "王姨" not in read(lan.heard[-1]).replace("等欧阳兰芝在家", "")
    assert not re.search(r'"home(_key)?":', read(lan.heard[-1]))


def test_every_column_that_names_a_person_says_what_becomes_of_it() -> None:
    known = [*traces.DROPPED, *traces.CLEARED, *traces.KEPT]
    found = {(each.table.name, each.name) for each in traces.columns_of_people()}
    assert found == set(known)
    assert len(known) == len(set(known))


async def test_a_report_made_in_private_is_not_shown_to_who_was_forgotten(
    stage: Stage, lan: Actor
) -> None:
    await settled(stage, lan)
    await lan.writes("楼道里有积水")
    number = max(each.number for each in await stage.requests())
    await forgets(stage, lan)
    heard = len(lan.heard)
    await stage.wang.presses(stage.page(stage.wang, number), "我来")
    await stage.wang.writes(f"/done {number} 扫干净了")
    await stage.passes(days=3)
    assert len(lan.heard) == heard
    assert (await stage.request(number)).state == "closed"


async def test_what_failed_of_them_goes_and_what_waits_of_others_is_left(
    stage: Stage, lan: Actor
) -> None:
    await settled(stage, lan)
    async with stage.app.store.write() as store:
        for key, state in (("dead", "dead"), ("waits", "new")):
            body = json.dumps({"from": {"id": int(ID), "name": NAME}})
            row = {"platform": "elsewhere", "key": key, "lane": f"elsewhere:{ID}0", "body": body}
            store.add(Update(**row, state=state, received_at=stage.clock.now()))
    await forgets(stage, lan)
    await stage.passes(hours=2)
    async with stage.app.store.read() as store:
        rows = await store.execute(
            select(Update.key, Update.body).where(Update.platform == "elsewhere")
        )
        found = dict(rows.all())
    assert found["dead"] is None
    assert found["waits"] is not None
    assert json.loads(found["waits"])["from"]["id"] == int(ID)


async def test_who_shared_the_home_counts_as_one_still_by_a_number_that_leads_nowhere(
    stage: Stage, lan: Actor
) -> None:
    await settled(stage, lan)
    voices = select(Supporter.home_key).join(Request).where(Request.number == 2)
    async with stage.app.store.read() as store:
        home = set(await store.scalars(select(Residence.home_key).where(Residence.person_id == 1)))
        assert set(await store.scalars(voices)) == home
    await forgets(stage, lan)
    async with stage.app.store.read() as store:
        found = list(await store.scalars(voices))
    assert len(found) == 2
    assert len(set(found)) == 1
    assert home.isdisjoint(found)
