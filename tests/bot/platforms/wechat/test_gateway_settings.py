"""The gateway's own settings: what cannot be is told in words, and nobody else is let in."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.fakes import gateway as node
from tests.fakes.gateway import FOLDER, TOKEN, Gateway
from tests.fakes.programs import finished

GOOD = {"LINLI_PUPPET": "wechaty-puppet-mock", "LINLI_GATEWAY_TOKEN": TOKEN}


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    node.ready()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"LINLI_PUPPET": ""}, "LINLI_PUPPET is not set"),
        ({"LINLI_PUPPET": "wechaty-puppet-none"}, "npm install wechaty-puppet-none"),
        ({"LINLI_GATEWAY_TOKEN": "short"}, "at least 16"),
        ({"LINLI_GATEWAY_HOST": "10.0.0.5"}, "LINLI_GATEWAY_CERT"),
        ({"LINLI_GATEWAY_PORT": "eighty"}, "a whole number"),
        ({"LINLI_GATEWAY_CERT": "c.pem"}, "belong together"),
        ({"LINLI_GATEWAY_CERT": "c.pem", "LINLI_GATEWAY_KEY": "k.pem"}, "cannot be read: ENOENT"),
        ({"LINLI_PUPPET_OPTIONS": "{"}, "must be JSON"),
    ],
)
def test_what_cannot_be_is_told(more: dict[str, str], told: str) -> None:
    env = {"PATH": os.environ["PATH"], **GOOD, **more}
    code, out, err = finished(["node", "main.mjs"], cwd=FOLDER, env=env)
    assert code == 2
    assert told in err
    assert "at file:" not in err, "a stack tells an operator nothing"
    assert not out
    assert TOKEN not in err


@pytest.mark.parametrize("host", ["::1", "[::1]"])
async def test_an_address_of_ipv6_is_listened_on(host: str) -> None:
    async with Gateway(LINLI_GATEWAY_HOST=host) as gateway:
        reader, writer = await asyncio.open_connection("::1", gateway.port)
        writer.close()
        await writer.wait_closed()
        assert reader


def test_the_lock_names_no_host() -> None:
    lock = (FOLDER / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 300
