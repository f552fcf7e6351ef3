"""Settings from the environment or `.env`: typed, read once, all wrong ones told together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(ValueError):
    """Some settings are wrong; the message names each with what to change."""


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {value!r}; use a name like Asia/Shanghai") from error
    return value


def _database(value: str) -> str:
    if not value.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise ValueError(
            "must begin with sqlite+aiosqlite:/// or postgresql+asyncpg:// "
            "(for example sqlite+aiosqlite:///data/linli.db)"
        )
    return value


def _http(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return value.rstrip("/")


Address = Annotated[str, AfterValidator(_http)]


class Settings(BaseSettings):
    """Everything an operator sets. Each is LINLI_<NAME> in the environment; see `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix="LINLI_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    database_url: Annotated[str, AfterValidator(_database)] = "sqlite+aiosqlite:///data/linli.db"
    data_dir: Path = Path("data")  #: key file, QR pictures, local database
    policy_file: Path | None = None  #: a community's own policy; its values go over the default
    language: Literal["zh", "en"] = "zh"
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: Address = ""  #: where others reach this server (webhooks, links)
    web_chat: bool = True  #: the built-in web chat
    demo: bool = True  #: the web chat may turn the clock; load the sample into an empty database
    telegram_token: SecretStr | None = None
    telegram_base_url: Address = "https://api.telegram.org/bot"
    telegram_webhook: bool = False  #: webhook at public_url instead of polling
    telegram_webhook_secret: SecretStr | None = None
    secret_key: SecretStr | None = None  #: encrypts phone numbers; made in data_dir when missing
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"


def load_settings(**given: Any) -> Settings:
    """Read the settings; `given` goes over the environment.

    Raises SettingsError with one line for every wrong setting.
    """
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error))) from None
    if settings.telegram_webhook and not settings.public_url:
        raise SettingsError(
            "LINLI_TELEGRAM_WEBHOOK: a webhook needs LINLI_PUBLIC_URL (https://...), "
            "or set it to false to poll"
        )
    return settings


def _lines(error: ValidationError) -> list[str]:
    # The value itself is left out: it may be a token.
    return [
        f"LINLI_{'_'.join(str(part) for part in each['loc']).upper()}: {each['msg']}"
        for each in error.errors(include_input=False, include_context=False)
    ]
