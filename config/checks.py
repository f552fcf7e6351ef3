"""What a setting must look like, told in words to whoever wrote another thing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

#: What Telegram's tokens look like.
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{35,}")
#: What Telegram takes for a webhook's secret, and nobody guesses.
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
#: What can be sent in a header as it is.
VISIBLE = re.compile(r"[!-~]+")
#: What a group's webhook looks like, here or behind a proxy of one's own.
WEBHOOK = re.compile(r"https?://[^\s/]+/\S*\bkey=\S+")
#: What one of several accounts may be called.
NAME = re.compile(r"[a-z0-9]{1,15}")


def zone(value: str) -> str:
    """A time zone that this machine knows."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {value!r}; use a name like Asia/Shanghai") from error
    return value


def database(value: str) -> str:
    """An address of SQLite or PostgreSQL."""
    if not value.startswith(("sqlite://", "sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise ValueError(
            "must begin with sqlite:/// or postgresql+asyncpg:// "
            "(for example sqlite:///data/linli.db)"
        )
    try:
        _ = urlsplit(value).port
    except ValueError:
        raise ValueError("the port in it must be a number, like 5432") from None
    return value


def http(value: str) -> str:
    """An address of the web with a host, without a slash at its end; or none."""
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    if value and not _has_host(value):
        raise ValueError(
            "names no host that can be; write it whole, like https://linli.example.org"
        )
    return value.rstrip("/")


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:  # "[", or a port that is no number
        return False
    return bool((parts.hostname or "").strip())


def file(value: Path | None) -> Path | None:
    """A file that is there, or none."""
    if value is not None and not value.is_file():
        raise ValueError(f"there is no file {value}; write its path, or leave the setting out")
    return value


def certificates(value: Path | None) -> Path | None:
    """A file with certificates that vouch for others, or none."""
    if file(value) is None:
        return None
    import ssl  # only where it is asked for

    try:
        _ = ssl.create_default_context(cafile=value)
    except OSError:  # of which ssl's own errors are
        raise ValueError(
            f"there is no certificate in {value}, or it cannot be read: it must be a PEM file "
            "(docs/wechat.md)"
        ) from None
    return value


def programs(value: Path | None) -> Path | None:
    """A folder that is there, or none."""
    if value is not None and not value.is_dir():
        raise ValueError(f"there is no folder {value}; write its path, or leave the setting out")
    return value


def folder(value: Path) -> Path:
    """A folder, or a path that can become one."""
    if value.exists() and not value.is_dir():
        raise ValueError(f"{value} is no folder; name one that may be made")
    return value


def key(value: SecretStr | None) -> SecretStr | None:
    """One key, or two with a comma; or none."""
    if value is None:
        return None
    if not all(_is_key(each.strip()) for each in value.get_secret_value().split(",")):
        raise ValueError(
            "must be 44 characters of URL-safe base64 (32 bytes); leave it out and one is made"
        )
    return value


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text.encode())) == 32
    except (binascii.Error, ValueError):
        return False


def _like(form: re.Pattern[str], says: str) -> Callable[[SecretStr | None], SecretStr | None]:
    """A secret of a form, or none; what it `says` where it is not never shows it."""

    def checked(value: SecretStr | None) -> SecretStr | None:
        if value is not None and not form.fullmatch(value.get_secret_value()):
            raise ValueError(says)
        return value

    return checked


token = _like(
    TOKEN,
    "is not a token: it looks like 123456:ABC-DEF... (digits, a colon, at least "
    "35 characters); get it from @BotFather, or leave it out",
)
webhook_secret = _like(
    WEBHOOK_SECRET,
    "must be 16 to 256 of A-Z, a-z, 0-9, _ and -; leave it out and one is made up",
)
# Who asks puts it into a header: blanks around it would be lost on the way.
metrics_token = _like(
    VISIBLE,
    "must be letters, digits and signs without blanks (`openssl rand -hex 16` makes one); "
    "leave it out where nobody else reaches the server",
)


def by_name(example: str, alone: str, what: str = "token") -> Callable[[object], object]:
    """From "east=123:ABC, west=456:DEF" to what each name has; `alone` has the one without."""

    def named(value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [each.strip().partition("=") for each in value.split(",") if each.strip()]
        if not all(equals for _, equals, _ in pairs):
            raise ValueError(
                f"lacks a name and = before a {what}: write name={what},name={what}, like "
                f"{example},west=..."
                + (f"; a bot without a name goes into {alone}" if alone else "")
            )
        names = [name.strip() for name, _, _ in pairs]
        if len(set(names)) < len(names) or not all(NAME.fullmatch(name) for name in names):
            raise ValueError(
                f"must be name={what},name={what}; each name once, of 1 to 15 small letters and "
                f"digits, like {example},west=..."
            )
        return {name.strip(): given.strip() for name, _, given in pairs}

    return named


def tokens(value: dict[str, SecretStr]) -> dict[str, SecretStr]:
    """Each token once, and a token."""
    for each in value.values():
        _ = token(each)
    if len({each.get_secret_value() for each in value.values()}) < len(value):
        raise ValueError("names one token twice; each bot has one name")
    return value


#: "127.0.0.1:18788", "[::1]:18788", "tls://gateway.example.org:18788".
GATEWAY = re.compile(r"(tls://)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})")
LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]"))


def gateway(value: str) -> str:
    """Where a puppet gateway is: on this machine, or behind TLS."""
    found = GATEWAY.fullmatch(value)
    if value and (found is None or not 0 < int(found[3]) < 65536):
        raise ValueError("must be a host and a port, like 127.0.0.1:18788 or tls://10.0.0.5:18788")
    if found and not found[1] and found[2] not in LOOPBACK:
        raise ValueError(
            f"is on another machine: write tls://{value}, for the token and all messages would "
            "cross the network in clear (docs/wechat.md)"
        )
    return value


def gateways(value: dict[str, str]) -> dict[str, str]:
    """Each gateway once, and a gateway."""
    for each in value.values():
        _ = gateway(each)
    if len({place(each) for each in value.values()}) < len(value):
        raise ValueError("names one gateway twice; each account has a gateway of its own")
    return value


def place(gateway: str) -> str:
    """Where a gateway is, whichever way this machine is written."""
    return re.sub(r"(localhost|\[::1\])(?=:\d+$)", "127.0.0.1", gateway.removeprefix("tls://"))


gateway_token = _like(
    VISIBLE,
    "must be letters, digits and signs without blanks, the gateway's LINLI_GATEWAY_TOKEN "
    "(`openssl rand -hex 16` makes one)",
)


def gateway_tokens(value: dict[str, SecretStr]) -> dict[str, SecretStr]:
    """Tokens all."""
    for each in value.values():
        _ = gateway_token(each)
    return value


def robots(value: dict[str, SecretStr]) -> dict[str, SecretStr]:
    """An id and a secret each; each robot once."""
    if "webhook" in value:
        raise ValueError("cannot name a robot webhook, which LINLI_WECOM_WEBHOOKS are")
    parts = [each.get_secret_value().partition(":") for each in value.values()]
    if not all(bot_id and secret for bot_id, _, secret in parts):
        raise ValueError("must have the robot's id, a colon and its secret behind each name")
    if len({bot_id for bot_id, _, _ in parts}) < len(parts):
        raise ValueError("names one robot twice; WeCom lets a robot have one connection")
    return value


def called(value: str) -> str:
    """A robot's name, as it stands behind an @."""
    name = value.strip().lstrip("@\uff20").strip()
    if not name:
        raise ValueError("must be what the robot is called in WeCom, like 邻里")
    return name


def all_called(value: dict[str, str]) -> dict[str, str]:
    """Names of robots all."""
    return {account: called(name) for account, name in value.items()}


robot_secret = _like(VISIBLE, "must be the robot's secret as WeCom shows it, without blanks")


def webhooks(value: dict[str, SecretStr]) -> dict[str, SecretStr]:
    """Whole addresses of groups' message pushes."""
    if not all(WEBHOOK.match(each.get_secret_value()) for each in value.values()):
        raise ValueError(
            "must be whole addresses, as WeCom shows them at the group's message push: "
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=..."
        )
    named: dict[str, str] = {}
    for name, address in value.items():
        first = named.setdefault(_webhook_key(address.get_secret_value()), name)
        if first != name:
            raise ValueError(
                f"has one address under two names, {first} and {name}: everything would be said "
                "there twice; leave one of them out, or give each group its own address"
            )
    return value


def _webhook_key(address: str) -> str:
    """What tells one group's address from another's, whichever way to WeCom it names."""
    return parse_qs(urlsplit(address).query).get("key", [address])[0]


def websocket(value: str) -> str:
    """An address of a web socket, or none."""
    if value and (not value.startswith(("wss://", "ws://")) or not _has_host(value)):
        raise ValueError("must begin with wss://, or be left out for WeCom's own server")
    return value
