"""Through the real gateway with the mock puppet: Node, wechaty's puppet service, over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.platforms.wechat.platform import WechatPlatform
from bot.platforms.wechat.wire import Endpoint
from handlers.chat.incoming import (
    ChatKind,
    MediaKind,
    MemberChange,
    Message,
    Missed,
    Recalled,
    Renamed,
    Standing,
)
from handlers.chat.outgoing import Content, Mention, Say, SendFile
from handlers.chat.platform import ChatFacts, PassingError, PermanentError
from tests.bot.platforms.running import running
from tests.bot.platforms.wechat.conftest import PAST, Kept, platform_at, read
from tests.fakes import gateway as node
from tests.fakes.gateway import ME, ROOM, TOKEN, Gateway
from tests.patience import PATIENCE

#: The mock's messages have the machine's time.
NOW = SystemClock().now


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    node.ready()


#: Node takes its time: one gateway for all, in one loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(_installed: None) -> AsyncIterator[Gateway]:
    async with Gateway() as made:
        yield made


@pytest.fixture
def gateway(started: Gateway) -> Gateway:
    """As if it had just been started: nothing was sent yet."""
    started.said.clear()
    return started


@asynccontextmanager
async def listening(to: Endpoint, kept: Kept) -> AsyncGenerator[WechatPlatform]:
    """A platform that is connected and logged in."""
    platform = platform_at(to)
    async with running(platform, kept):
        await kept.until(lambda: kept.contacts)  # it is, once somebody is logged in
        yield platform


def at(gateway: Gateway, **more: Any) -> Endpoint:
    return replace(Endpoint("127.0.0.1", gateway.port, TOKEN), **more)


def say(text: str, chat: str = ROOM, **more: Any) -> Say:
    content = Content(text=text, **more)
    return Say(platform="wechat", chat=chat, group="@" in chat, content=content)


async def test_messages_go_both_ways(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        assert platform.me.name == "邻里"
        await gateway.says("li", "咱们楼电梯又坏了")
        await kept.until(lambda: kept.texts)
        (heard,) = read(platform, kept)
        assert isinstance(heard, Message)
        assert (heard.text, heard.chat.id, heard.chat.kind) == (
            "咱们楼电梯又坏了",
            ROOM,
            ChatKind.GROUP,
        )
        assert (heard.chat.title, heard.sender.id, heard.sender.name) == (
            "和平里3栋邻里群",
            "li",
            "李娜",
        )
        assert NOW() - heard.at < timedelta(minutes=1), "timestamps are milliseconds"
        done = await platform.deliver(say("#1 电梯：已请王姨"), None)
        assert done.message_id, "the mock tells no id, so it gets one of ours"
        await gateway.until(lambda: gateway.texts)
        assert gateway.texts == ["#1 电梯：已请王姨"]


async def test_what_the_bot_says_is_nobody_s_word(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        await platform.deliver(say("好了"), None)
        await gateway.says("wang", "收到")
        await kept.until(lambda: kept.texts)
        assert kept.texts == ["收到"], "the mock gives the bot its own words back"


async def test_private_messages(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        await gateway.says("li", "我是3栋的", private=True)
        await kept.until(lambda: kept.texts)
        (heard,) = read(platform, kept)
        assert isinstance(heard, Message)
        assert (heard.chat.id, heard.chat.kind) == ("li", ChatKind.PRIVATE)
        await platform.deliver(say("好的", chat="li"), None)
        await gateway.until(lambda: gateway.texts)
        assert gateway.said[-1]["to"] == "li"


async def test_a_mention_is_meant_for_the_bot_and_taken_out(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        await gateway.says("li", "@邻里\u2005电梯坏了", mentions=[ME])
        await gateway.says("li", "@王姨\u2005在吗", mentions=["wang"])
        await kept.until(lambda: len(kept.texts) == 2)
        told = [(e.text, e.to_bot) for e in read(platform, kept) if isinstance(e, Message)]
        assert told == [("电梯坏了", True), ("@王姨\u2005在吗", False)]
        mentions = (Mention(name="王姨", account="wang"),)
        await platform.deliver(say("请王姨看看", mentions=mentions), None)
        await gateway.until(lambda: gateway.texts)
        assert gateway.said[-1]["text"] == "请@王姨\u2005看看"
        assert gateway.said[-1]["mentions"] == ["wang"]


async def test_a_quote_of_the_card_is_a_reply_to_it(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        card = await platform.deliver(say("#1 电梯：已请王姨"), None)
        dashes = "- " * 15
        await gateway.says("li", f"「邻里：#1 电梯：已请王姨」\n{dashes.strip()}\n我家也是")
        await kept.until(lambda: kept.texts)
        (heard,) = read(platform, kept)
        assert isinstance(heard, Message)
        assert (heard.text, heard.reply_to, heard.to_bot) == ("我家也是", card.message_id, True)


async def test_pictures_go_both_ways_without_their_past(gateway: Gateway, jpeg: bytes) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        await gateway.sends_picture("li", jpeg)
        await kept.until(lambda: kept.texts)
        (heard,) = read(platform, kept)
        assert isinstance(heard, Message)
        assert [each.kind for each in heard.media] == [MediaKind.PHOTO]
        await _delivered(platform, say("请看", chat="wang", media=heard.media))
        await gateway.until(lambda: gateway.texts)
        (sent,) = gateway.files
        assert sent.startswith(b"\xff\xd8\xff")
        assert PAST.encode() in jpeg
        assert PAST.encode() not in sent
        assert gateway.texts == ["请看"]


async def test_a_file_is_sent(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        out = SendFile(
            platform="wechat", chat=ROOM, name="导出.xlsx", body=b"PK...", caption="给您"
        )
        await _delivered(platform, out)
        await gateway.until(lambda: gateway.texts)
        assert gateway.files == [b"PK..."]


async def _delivered(platform: WechatPlatform, out: Any) -> None:
    """Sent in two parts: the picture or file, and at its next turn the words."""
    with pytest.raises(PassingError) as told:
        await platform.deliver(out, None)
    assert told.value.retry_after
    await platform.deliver(out, None)


async def test_who_comes_and_goes_and_a_new_title(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        await gateway.does("join", who="qian", name="钱伯")
        await gateway.does("leave", who="qian")
        await gateway.does("rename", title="幸福一家人")
        await gateway.does("leave", who=ME)
        await kept.until(lambda: len(kept.of("left")) == 2)
        await gateway.does("join", who=ME)
        await gateway.does("rename", title="和平里3栋邻里群")
        await kept.until(lambda: len(kept.of("renamed")) == 2)
        joined, left, renamed, standing, back, _ = read(platform, kept)
        assert isinstance(joined, MemberChange)
        assert (joined.sender.id, joined.sender.name, joined.joined) == ("qian", "钱伯", True)
        assert isinstance(left, MemberChange)
        assert (left.sender.id, left.joined) == ("qian", False)
        assert isinstance(renamed, Renamed)
        assert renamed.title == "幸福一家人"
        assert isinstance(standing, Standing)
        assert not standing.present
        assert isinstance(back, Standing)
        assert back.present
        with pytest.raises(PermanentError) as told:
            await platform.deliver(say("您好", chat="nowhere@chatroom"), None)
        assert told.value.unreachable


async def test_what_is_taken_back(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        await gateway.says("li", "电梯坏了")
        await kept.until(lambda: kept.texts)
        said = kept.updates[-1].key
        await gateway.does("recall", **{"from": "li", "id": said})
        await kept.until(lambda: len(kept.of("message")) == 2)
        gone = read(platform, kept)[-1]
        assert isinstance(gone, Recalled)
        assert (gone.message_id, gone.chat.id) == (said, ROOM)


async def test_logged_out_and_in_again_by_a_code(gateway: Gateway) -> None:
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        contacts = kept.contacts
        await gateway.does("logout")
        await gateway.does("scan", code="https://login.weixin.qq.com/l/one-minute")
        await gateway.says("li", "还在吗")
        await kept.until(lambda: kept.texts)
        assert not platform.me.logged_in
        assert platform.me.code == "https://login.weixin.qq.com/l/one-minute"
        await gateway.does("login")
        await kept.until(lambda: kept.contacts > contacts + 1)
        assert platform.me.logged_in
        assert not platform.me.code


@pytest.mark.fault("wechat")
async def test_the_gateway_is_killed_and_comes_back(gateway: Gateway) -> None:
    """All that it told is kept; from when to when something may be missing is told (R72)."""
    kept = Kept()
    async with listening(at(gateway), kept) as platform:
        for number in range(20):
            await gateway.says("li", f"第{number}句")
        await kept.until(lambda: len(kept.texts) == 20)
        killed_at = NOW()
        await gateway.kill()
        await gateway.start()
        await kept.until(lambda: kept.of("missed"))
        await gateway.says("li", "又听得到了吗")
        await kept.until(lambda: len(kept.texts) == 21)
        assert kept.texts == [*(f"第{n}句" for n in range(20)), "又听得到了吗"]
        (gap,) = [each for each in read(platform, kept) if isinstance(each, Missed)]
        assert gap.since <= killed_at <= gap.at
        assert gap.chat.id == "", "all groups"
        contacts = kept.contacts
        await kept.until(lambda: kept.contacts >= contacts)
        await platform.deliver(say("听得到"), None)
        await gateway.until(lambda: gateway.texts)


@pytest.mark.fault("wechat")
async def test_a_wrong_token_is_told_in_words_and_nothing_of_it_is_logged(
    gateway: Gateway,
) -> None:
    kept, wrong = Kept(), "a-wrong-token-of-somebody-else"
    platform = platform_at(at(gateway, token=wrong))
    with capture_logs() as logs:
        async with running(platform, kept):
            await refused(platform)
            facts = await platform.examine(None)
    assert (facts.reachable, facts.note) == (False, "wechat_token")
    assert any(each["event"] == "wechat.token_refused" for each in logs)
    assert any("LINLI_WECHAT_TOKEN" in str(each.get("remedy")) for each in logs)
    assert wrong not in str(logs)
    assert TOKEN not in str(logs)
    assert not kept.updates


@pytest.mark.fault("wechat")
async def test_a_second_listener_is_told_in_words(gateway: Gateway) -> None:
    first, second = Kept(), Kept()
    async with listening(at(gateway), first) as platform:
        with capture_logs() as logs:
            other = platform_at(at(gateway))
            async with running(other, second):
                await refused(other)
        await gateway.says("li", "还在吗")
        await first.until(lambda: first.texts)
        assert platform.me.logged_in
    assert any(each["event"] == "wechat.somebody_else_listens" for each in logs)
    assert not second.updates


async def refused(platform: WechatPlatform) -> None:
    """Until the gateway said no to whoever asked for its stream."""
    async with asyncio.timeout(PATIENCE):
        await platform.listening.refused.wait()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = NOW()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    pem = serialization.Encoding.PEM
    cert_file.write_bytes(made.public_bytes(pem))
    key_file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


async def test_over_tls_with_its_own_certificate(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    async with Gateway(tls=(cert, key)) as gateway:
        kept = Kept()
        async with listening(at(gateway, tls=True, ca_file=cert), kept) as platform:
            await gateway.says("li", "电梯坏了")
            await kept.until(lambda: kept.texts)
            await platform.deliver(say("收到"), None)
            await gateway.until(lambda: gateway.texts)


async def examined(to: Endpoint) -> ChatFacts:
    platform = platform_at(to)
    facts = await platform.examine(None)
    await platform.close()
    return facts


@pytest.mark.fault("wechat")
async def test_over_tls_nobody_else_s_certificate_is_taken(tmp_path: Path) -> None:
    async with Gateway(tls=certificate(tmp_path)) as gateway:
        with capture_logs() as logs:
            facts = await examined(at(gateway, tls=True))
            in_clear = await examined(at(gateway))
    assert (facts.reachable, facts.note) == (False, "wechat_gateway")
    assert (in_clear.reachable, in_clear.note) == (False, "wechat_gateway")
    assert "not trusted" in str(logs)
