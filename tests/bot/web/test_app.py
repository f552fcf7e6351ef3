"""The web app keeps strangers out, serves pictures safely, turns a demonstration's clock."""

import io
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.web.assembly import assembled
from bot.web.guard import is_loopback
from bot.web.server import warn_if_open
from config.settings import Settings
from config.words import catalogue
from handlers.chat.outgoing import SendFile
from tests.bot.web.kit import GROUP, Town, client_of, page_app, site_of

JSON = "application/json"


@pytest.fixture
async def http(town: Town) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(page_app(site_of(town.local, town.store, town.clock, town.turn))) as made:
        yield made


def jpeg() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    Image.new("RGB", (30, 20), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


async def test_the_page_may_load_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    page = answer.text
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("path", ["/static/js/main.js", "/static/css/base.css", "/static/icon.svg"])
async def test_the_pages_files_are_asked_for_anew(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "", "[", "[::1", "a@127.0.0.1", "127.0.0.1.evil"],
)
async def test_another_hosts_name_is_refused(http: httpx.AsyncClient, host: str) -> None:
    answer = await http.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "LINLI_PUBLIC_URL" in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://["])
@pytest.mark.parametrize("path", ["/upload", "/api/clock"])
async def test_another_pages_script_cannot_post(
    http: httpx.AsyncClient, town: Town, path: str, origin: str
) -> None:
    before = town.clock.now()
    answer = await http.post(path, headers={"origin": origin}, json={"by": "1h"})
    assert answer.status_code == 403
    assert town.clock.now() == before


async def test_nobody_posts_more_than_is_read(http: httpx.AsyncClient, town: Town) -> None:
    before = town.clock.now()
    body = b'{"by": "1h", "more": "' + b"x" * 100_000 + b'"}'
    answer = await http.post("/api/clock", content=body, headers={"content-type": JSON})
    assert answer.status_code == 413
    assert town.clock.now() == before


async def test_a_body_that_never_ends_is_not_waited_for(
    http: httpx.AsyncClient, town: Town
) -> None:
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < 50_000_000:
            sent += 65_536
            yield b" " * 65_536

    answer = await http.post("/api/clock", content=endless(), headers={"content-type": JSON})
    assert answer.status_code == 413
    assert sent < 1_000_000


async def test_where_people_come_over_tls_their_browsers_stay_with_it(town: Town) -> None:
    site = site_of(town.local, town.store, town.clock)
    for public, kept in (("https://linli.example.org", True), ("http://127.0.0.1:8080", False)):
        async with client_of(assembled(site, (), public_url=public)) as http:
            answer = await http.get("/", headers={"host": public.partition("//")[2]})
        assert ("strict-transport-security" in answer.headers) is kept


@pytest.mark.parametrize(
    ("host", "web_chat", "loud"),
    [
        ("10.0.0.7", True, True),
        ("::", True, True),
        ("127.0.0.1", True, False),
        ("::", False, False),
    ],
)
def test_a_web_chat_that_strangers_reach_is_told_loudly(
    host: str, web_chat: bool, loud: bool
) -> None:
    with capture_logs() as lines:
        warn_if_open(host, web_chat=web_chat)
    assert [each["log_level"] for each in lines] == ["warning"] * loud


async def test_a_public_name_is_known_when_it_is_set(town: Town) -> None:
    site = site_of(town.local, town.store, town.clock)
    web = assembled(site, (), public_url="https://linli.example.org")
    async with client_of(web) as http:
        for host, status in (("linli.example.org", 200), ("other.example.org", 421)):
            answer = await http.get("/", headers={"host": host})
            assert answer.status_code == status


async def test_a_webhook_proves_itself_and_needs_no_origin(town: Town) -> None:
    async def posted(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    web = assembled(None, (), [Route("/telegram/updates", posted, methods=["POST"])])
    elsewhere = {"host": "linli.example.org", "origin": ""}
    async with client_of(web) as http:
        answer = await http.post("/telegram/updates", content=b"{}", headers=elsewhere)
        assert (answer.status_code, answer.text) == (200, "2")
        assert (await http.get("/")).status_code == 404


async def test_an_uploaded_photo_is_served_without_its_metadata(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post("/upload?name=lift.jpg", content=jpeg())
    assert answer.status_code == 200
    key = answer.json()["key"]
    answer = await http.get(f"/files/{key}")
    body = answer.content
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"SECRET" not in body
    assert Image.open(io.BytesIO(body)).size == (30, 20)


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        (b"<script>alert(1)</script>", 415, "page.picture_unknown"),
        (b"\xff\xd8\xff broken", 415, "page.picture_broken"),
        (b"\xff\xd8\xff" + bytes(13 * 1024 * 1024), 413, "page.picture_too_large"),
    ],
)
async def test_what_is_no_photo_is_refused_with_a_reason(
    http: httpx.AsyncClient, body: bytes, status: int, key: str
) -> None:
    answer = await http.post("/upload", content=body)
    assert answer.status_code == status
    assert answer.json()["error"] == key
    assert catalogue().has(key)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("lift.jpg", "lift.jpg"),
        ("电梯 坏了.jpg", "电梯 坏了.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\lift.jpg", "lift.jpg"),
        ("a\r\nset-cookie: x=1.jpg", "aset-cookie: x=1.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("...", "picture"),
        ("", "picture"),
        ("x" * 300 + ".jpg", "x" * 76 + ".jpg"),
    ],
)
async def test_a_photos_name_is_harmless(
    http: httpx.AsyncClient, town: Town, given: str, kept: str
) -> None:
    answer = await http.post("/upload", params={"name": given}, content=jpeg())
    file = await town.local.file(answer.json()["key"])
    assert file is not None
    assert file.name == kept


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("127.0.0.53", True),
        ("10.0.0.7", False),
        ("::", False),
        ("192.168.1.5", False),
        ("linli.example.org", False),
    ],
)
def test_only_a_loopback_address_is_for_this_machine_alone(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


def test_unless_told_the_page_is_for_this_machine_alone() -> None:
    assert is_loopback(Settings.model_fields["host"].default)


async def test_a_file_of_the_bot_is_only_saved(town: Town, http: httpx.AsyncClient) -> None:
    body = b"<script>alert(1)</script>"
    await town.local.deliver(
        SendFile(platform="local", chat=GROUP, name='登记"表.html', body=body), None
    )
    key = (await town.local.messages(GROUP))[0]["media"][0]["ref"]
    answer = await http.get(f"/files/{key}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert '"' not in answer.headers["content-disposition"]
    assert answer.content == body


async def test_an_unknown_file_is_not_there(http: httpx.AsyncClient) -> None:
    answer = await http.get("/files/..%2f..%2fetc%2fpasswd")
    assert answer.status_code == 404


async def test_people_are_told_with_what_they_hold_and_where(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/api/people")
    told = answer.json()
    by_key = {each["key"]: each for each in told["people"]}
    assert by_key["li"]["home"] == "和平里小区3栋2单元501"
    held = [(each["role"], each["place"]) for each in by_key["wang"]["roles"]]
    assert held == [("unit_captain", "和平里小区3栋2单元")]
    assert by_key["feng"]["roles"][0]["place"] == "南京街社区"
    assert told["suggested"] == ["li", "wang", "wu", "feng"]


async def test_groups_are_listed_and_private_chats_are_not(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/rooms")
    rooms = answer.json()
    assert [(each["key"], each["size"]) for each in rooms] == [(GROUP, 5)]


async def test_the_pages_words_are_told_in_every_language(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/words")
    words = answer.json()
    assert set(words) == {"zh", "en"}
    assert words["en"]["page.send"] == "Send"
    assert words["en"]["page.members"] == {"one": "{n} person", "other": "{n} people"}
    assert not any(key.startswith("directory.") for key in words["zh"])


@pytest.mark.parametrize(
    ("by", "hour"),
    [
        ("10m", datetime(2026, 3, 2, 1, 10, tzinfo=UTC)),
        ("1d", datetime(2026, 3, 3, 1, 0, tzinfo=UTC)),
        ("morning", datetime(2026, 3, 3, 0, 0, tzinfo=UTC)),
    ],
)
async def test_the_clock_is_turned_forward(
    http: httpx.AsyncClient, town: Town, by: str, hour: datetime
) -> None:
    answer = await http.post("/api/clock", json={"by": by})
    assert answer.status_code == 204
    assert town.clock.now() == hour


async def test_the_clock_is_not_turned_by_what_nobody_offers(
    http: httpx.AsyncClient, town: Town
) -> None:
    before = town.clock.now()
    answer = await http.post("/api/clock", json={"by": "-1d"})
    assert answer.status_code == 422
    assert town.clock.now() == before


async def test_without_a_demonstration_nobody_turns_the_clock(town: Town) -> None:
    web = page_app(site_of(town.local, town.store, town.clock))
    async with client_of(web) as http:
        answer = await http.post("/api/clock", json={"by": "1h"})
    assert answer.status_code == 404
