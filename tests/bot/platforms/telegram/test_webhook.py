"""The webhook: only Telegram is listened to, and it is told 200 only after the update is kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot.platforms.telegram import webhook
from bot.platforms.telegram.identity import Identity
from bot.platforms.telegram.platform import TelegramPlatform
from bot.platforms.telegram.reading import ALLOWED_UPDATES
from bot.platforms.telegram.webhook import GUARD_HEADER, PATH, Webhook, secret_of
from config.settings import Settings
from tests.bot.platforms.running import running
from tests.bot.platforms.telegram.conftest import FAST, Kept, Payload, waking
from tests.bot.web.kit import serving
from tests.fakes.bot_api import FakeTelegram, Group, Person

SECRET = "a-secret_of-the-webhook"
OWN = {GUARD_HEADER: SECRET}
PUBLIC = "https://linli.example.org"


@pytest.fixture
async def hooked(tg: FakeTelegram) -> AsyncIterator[TelegramPlatform]:
    platform = TelegramPlatform(tg.token, tg.base_url, webhook=(PUBLIC, SECRET), pace=FAST)
    yield platform
    await platform.close()


@asynccontextmanager
async def client(platform: TelegramPlatform) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Starlette(routes=[*platform.routes()]))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as made:
        yield made


async def test_each_of_several_accounts_has_an_address_of_its_own(tg: FakeTelegram) -> None:
    east = TelegramPlatform(
        tg.token, tg.base_url, webhook=(PUBLIC, SECRET), pace=FAST, account="east"
    )
    assert [route.path for route in east.routes()] == ["/telegram-east/updates"]
    await east.close()


async def test_only_a_platform_with_a_webhook_has_routes(
    platform: TelegramPlatform, hooked: TelegramPlatform
) -> None:
    assert not platform.routes()
    assert [route.path for route in hooked.routes()] == [PATH]


async def test_the_address_is_set_with_the_secret_and_every_kind_by_name(
    tg: FakeTelegram, hooked: TelegramPlatform, kept: Kept
) -> None:
    async with running(hooked, kept):
        call = await tg.until_called("setWebhook")
    assert call.params["url"] == f"{PUBLIC}{PATH}"
    assert call.params["secret_token"] == SECRET
    assert call.params["allowed_updates"] == list(ALLOWED_UPDATES)
    assert not call.params.get("drop_pending_updates")
    assert tg.world.webhook.url, "it stays set, so that updates wait for the next start"


@pytest.mark.fault("telegram")
async def test_an_address_that_cannot_be_set_is_told_and_updates_are_taken_all_the_same(
    tg: FakeTelegram, hooked: TelegramPlatform, kept: Kept, payload: Payload
) -> None:
    tg.fail("setWebhook", 400, description="Bad Request: bad webhook: HTTPS url must be provided")
    with capture_logs(processors=[waking(tg)]) as lines:
        async with running(hooked, kept), client(hooked) as http:
            await tg.until(lambda: any("https" in str(line.get("error")) for line in lines))
            answer = await http.post(PATH, json=payload("text_in_group"), headers=OWN)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {GUARD_HEADER: ""},
        {GUARD_HEADER: "wrong"},
        {GUARD_HEADER: "\xe9\xff".encode("latin1")},
    ],
    ids=["none", "empty", "wrong", "no ASCII"],
)
async def test_who_does_not_know_the_secret_is_sent_away(
    headers: dict[str, str], hooked: TelegramPlatform, kept: Kept, payload: Payload
) -> None:
    async with running(hooked, kept), client(hooked) as http:
        answer = await http.post(PATH, json=payload("text_in_group"), headers=headers)
    assert answer.status_code == 403
    assert not kept.updates


async def test_without_a_secret_nobody_is_let_in() -> None:
    hook = Webhook(Identity.of_token("123456:AAF"), PUBLIC, "")
    assert await hook.answer("", b"{}") == 403


async def test_secrets_are_compared_in_constant_time(
    hooked: TelegramPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(webhook.hmac, "compare_digest", compare)
    async with client(hooked) as http:
        await http.post(PATH, content=b"{}", headers=OWN)
    assert compared == [(SECRET.encode(), SECRET.encode())]


async def test_before_the_start_it_is_told_to_come_again(
    hooked: TelegramPlatform, payload: Payload
) -> None:
    async with client(hooked) as http:
        answer = await http.post(PATH, json=payload("text_in_group"), headers=OWN)
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (b"\xff\xfe", 400), (b"x" * 1_000_001, 413), (b"{}", 200)],
    ids=["cut", "a list", "no text", "too big", "no update"],
)
async def test_nonsense_is_refused(
    body: bytes, status: int, tg: FakeTelegram, hooked: TelegramPlatform, kept: Kept
) -> None:
    async with running(hooked, kept), client(hooked) as http:
        await tg.until_called("setWebhook")
        answer = await http.post(PATH, content=body, headers=OWN)
    assert answer.status_code == status
    assert not kept.updates


@pytest.mark.fault("telegram")
async def test_what_could_not_be_kept_is_not_confirmed(
    tg: FakeTelegram, hooked: TelegramPlatform, kept: Kept, payload: Payload
) -> None:
    kept.failures = 1
    async with running(hooked, kept), client(hooked) as http:
        await tg.until_called("setWebhook")
        answers = [
            await http.post(PATH, json=payload("text_in_group"), headers=OWN) for _ in range(3)
        ]
    assert [each.status_code for each in answers] == [500, 200, 200]
    assert len(kept.updates) == 2
    assert len({each.key for each in kept.updates}) == 1, "the inbox ignores what it knows"


@pytest.mark.fault("telegram")
async def test_telegram_delivers_through_it_and_comes_again_after_a_refusal(
    tg: FakeTelegram, kept: Kept, group: Group, wang: Person
) -> None:
    kept.failures = 2
    app = Starlette()
    async with serving(app) as address:
        platform = TelegramPlatform(tg.token, tg.base_url, webhook=(address, SECRET), pace=FAST)
        app.router.routes.extend(platform.routes())
        async with running(platform, kept):
            await tg.until_called("setWebhook")
            for number in range(5):
                await wang.says(group, str(number))
            await tg.until_read()
    assert kept.texts == ["0", "1", "2", "3", "4"]


def test_the_secret_is_the_same_after_every_start_and_tells_nothing() -> None:
    token = "123456:AAF-exampleexampleexampleexample123"
    settings = Settings(
        telegram_token=token,  # pyright: ignore[reportArgumentType]
        telegram_webhook=True,
        public_url=PUBLIC,
    )
    assert secret_of(token) == secret_of(token)
    assert "AAF" not in secret_of(token)
    assert TelegramPlatform.from_settings(settings).routes()
