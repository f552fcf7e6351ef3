"""Settings from the environment or `.env`: typed, read once, all wrong ones told together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config import checks

PREFIX = "LINLI_"
ENV_FILE = ".env"
#: From which likeness (0 to 100) a setting was misspelt, and not some other program's.
LIKELY = 75


#: Settings of the WeChat gateway (gateway/README.md), which may stand in the same environment.
GATEWAYS_OWN = (
    "PUPPET",
    "PUPPET_OPTIONS",
    "GATEWAY_TOKEN",
    "GATEWAY_HOST",
    "GATEWAY_PORT",
    "GATEWAY_CERT",
    "GATEWAY_KEY",
)


class SettingsError(ValueError):
    """Some settings are wrong; the message names each with what to change."""


Address = Annotated[str, AfterValidator(checks.http)]


class Settings(BaseSettings):
    """Everything an operator sets. Each is LINLI_<NAME> in the environment; see `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # "LINLI_TELEGRAM_TOKEN=" sets nothing
        extra="ignore",
    )

    #: key file, QR pictures, local database
    data_dir: Annotated[Path, AfterValidator(checks.folder)] = Path("data")
    #: left out: a SQLite file in data_dir
    database_url: Annotated[str, AfterValidator(checks.database)] = Field(
        default_factory=lambda given: f"sqlite:///{given.get('data_dir', 'data')}/linli.db"
    )
    #: a community's own policy; its values go over the default
    policy_file: Annotated[Path | None, AfterValidator(checks.file)] = None
    language: Literal["zh", "en"] = "zh"
    timezone: Annotated[str, AfterValidator(checks.zone)] = "Asia/Shanghai"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: Address = ""  #: where others reach this server (webhooks, links)
    web_chat: bool = True  #: the built-in web chat
    demo: bool = True  #: the web chat may turn the clock; load the sample into an empty database
    telegram_token: Annotated[SecretStr | None, AfterValidator(checks.token)] = None
    telegram_base_url: Address = "https://api.telegram.org/bot"
    telegram_webhook: bool = False  #: webhook at public_url instead of polling
    telegram_webhook_secret: Annotated[SecretStr | None, AfterValidator(checks.webhook_secret)] = (
        None
    )
    #: encrypts phone numbers and homes; made in data_dir when missing; while a key is exchanged
    #: "new,old" (docs/privacy.md)
    secret_key: Annotated[SecretStr | None, AfterValidator(checks.key)] = None
    opinion_url: Address = ""  #: an OpenAI-compatible address asked for second opinions; none: off
    opinion_key: SecretStr | None = None
    opinion_model: str = Field(default="", validate_default=True)
    opinion_seconds: float = Field(default=3, gt=0, le=30)  #: how long a message waits for it
    opinion_budget: int = Field(default=500, ge=0)  #: calls a day
    #: draws the pictures of numbers; left out: a font with Chinese signs of this machine
    font_file: Annotated[Path | None, AfterValidator(checks.file)] = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    #: where pg_dump and psql are (backups of PostgreSQL); left out: on the PATH
    pg_programs: Annotated[Path | None, AfterValidator(checks.programs)] = None
    alarm_url: Address = ""  #: told of alarms by POST, also when no chat works; none: off
    #: asked for at /metrics; needed where others reach it
    metrics_token: Annotated[SecretStr | None, AfterValidator(checks.metrics_token)] = None

    #: further bots of this installation, one a district, as name=token,name=token
    telegram_tokens: Annotated[
        dict[str, SecretStr],
        NoDecode,
        BeforeValidator(checks.by_name("east=123456:ABC-DEF...", "LINLI_TELEGRAM_TOKEN")),
        AfterValidator(checks.tokens),
    ] = Field(default_factory=dict)

    #: WeChat (docs/wechat.md): where the puppet gateway is, like 127.0.0.1:18788; none: off
    wechat_gateway: Annotated[str, AfterValidator(checks.gateway)] = ""
    wechat_token: Annotated[SecretStr | None, AfterValidator(checks.gateway_token)] = Field(
        default=None, validate_default=True
    )
    #: further accounts, as name=host:port and name=token; the names are the same in both
    wechat_gateways: Annotated[
        dict[str, str],
        NoDecode,
        BeforeValidator(checks.by_name("east=127.0.0.1:18789", "LINLI_WECHAT_GATEWAY", "gateway")),
        AfterValidator(checks.gateways),
    ] = Field(default_factory=dict)
    wechat_tokens: Annotated[
        dict[str, SecretStr],
        NoDecode,
        BeforeValidator(checks.by_name("east=0f1e2d3c...", "LINLI_WECHAT_TOKEN")),
        AfterValidator(checks.gateway_tokens),
    ] = Field(default_factory=dict, validate_default=True)
    #: who vouches for gateways with tls://; left out: whom this machine trusts
    wechat_ca_file: Annotated[Path | None, AfterValidator(checks.certificates)] = None
    wechat_proactive: bool = False  #: says something unasked as well, at the account's risk

    wecom_bot_id: Annotated[str, AfterValidator(str.strip)] = (
        ""  #: the robot's id, from its page in WeCom's administration
    )
    wecom_secret: Annotated[SecretStr | None, AfterValidator(checks.robot_secret)] = Field(
        default=None, validate_default=True
    )
    #: further robots, as name=id:secret,name=id:secret
    wecom_bots: Annotated[
        dict[str, SecretStr],
        NoDecode,
        BeforeValidator(checks.by_name("east=aib1:secret", "LINLI_WECOM_BOT_ID", "robot")),
        AfterValidator(checks.robots),
    ] = Field(default_factory=dict)
    wecom_name: Annotated[str, AfterValidator(checks.called)] = (
        "邻里"  #: what the robot is called in groups
    )
    #: what further robots are called, as name=called; those left out are called like the first
    wecom_names: Annotated[
        dict[str, str],
        NoDecode,
        BeforeValidator(checks.by_name("east=东区邻里", "LINLI_WECOM_NAME", "called")),
        AfterValidator(checks.all_called),
    ] = Field(default_factory=dict)
    wecom_url: Annotated[str, AfterValidator(checks.websocket)] = (
        ""  #: left out: WeCom's own server
    )
    #: groups that are only spoken to, by WeCom's message push, as name=address,name=address
    wecom_webhooks: Annotated[
        dict[str, SecretStr],
        NoDecode,
        BeforeValidator(checks.by_name("staff=https://...key=...", "", "address")),
        AfterValidator(checks.webhooks),
    ] = Field(default_factory=dict)

    @field_validator("telegram_webhook")
    @classmethod
    def _reachable(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("public_url") == "":
            raise ValueError(
                "a webhook needs LINLI_PUBLIC_URL (https://...), or set it to false to poll"
            )
        return value

    @field_validator("telegram_tokens")
    @classmethod
    def _other(cls, value: dict[str, SecretStr], info: ValidationInfo) -> dict[str, SecretStr]:
        if info.data.get("telegram_token") in value.values():
            raise ValueError("names the token of LINLI_TELEGRAM_TOKEN again; leave one of them out")
        return value

    @field_validator("wechat_token")
    @classmethod
    def _for_a_gateway(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and info.data.get("wechat_gateway") == "":
            raise ValueError(
                "goes with LINLI_WECHAT_GATEWAY: set both, or neither (of accounts with names: "
                "LINLI_WECHAT_GATEWAYS and LINLI_WECHAT_TOKENS)"
            )
        if value is None and info.data.get("wechat_gateway"):
            raise ValueError(
                "is missing: write the gateway's LINLI_GATEWAY_TOKEN here, as LINLI_WECHAT_GATEWAY "
                "needs it"
            )
        return value

    @field_validator("wechat_gateways")
    @classmethod
    def _other_gateways(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if checks.place(info.data.get("wechat_gateway") or "") in map(checks.place, value.values()):
            raise ValueError(
                "names the gateway of LINLI_WECHAT_GATEWAY again; leave one of them out"
            )
        return value

    @field_validator("wechat_tokens")
    @classmethod
    def _open(cls, value: dict[str, SecretStr], info: ValidationInfo) -> dict[str, SecretStr]:
        gateways = info.data.get("wechat_gateways")  # none where they are wrong themselves
        if gateways is not None and (missing := sorted(set(gateways) ^ set(value))):
            raise ValueError(
                f"and LINLI_WECHAT_GATEWAYS must have the same names; not in both: "
                f"{', '.join(missing)}"
            )
        return value

    @field_validator("wecom_secret")
    @classmethod
    def _both(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if bool(value) != bool(info.data.get("wecom_bot_id")):
            raise ValueError("goes with LINLI_WECOM_BOT_ID: set both, or neither")
        return value

    @field_validator("wecom_bots")
    @classmethod
    def _other_robots(
        cls, value: dict[str, SecretStr], info: ValidationInfo
    ) -> dict[str, SecretStr]:
        ids = {each.get_secret_value().partition(":")[0] for each in value.values()}
        if info.data.get("wecom_bot_id") in ids:
            raise ValueError("names the robot of LINLI_WECOM_BOT_ID again; leave one of them out")
        return value

    @field_validator("wecom_names")
    @classmethod
    def _of_robots(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        robots = info.data.get("wecom_bots")
        if robots is not None and (unknown := sorted(set(value) - set(robots))):
            raise ValueError(f"names robots that LINLI_WECOM_BOTS does not: {', '.join(unknown)}")
        return value

    @field_validator("opinion_model")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("opinion_url") and not value.strip():
            raise ValueError("name the model that LINLI_OPINION_URL should use, like qwen2.5:7b")
        return value.strip()


def load_settings(**given: Any) -> Settings:
    """Read the settings; `given` goes over the environment.

    Raises SettingsError with one line for every wrong setting.
    """
    try:
        wrong = list(_misspelt())
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join([*_misspelt(), *_lines(error)])) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{ENV_FILE}: is not UTF-8 text; please save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{ENV_FILE}: cannot be read: {error.strerror}") from None
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


#: What pydantic finds, in words that say what to change.
WORDS = {
    "int_parsing": "must be a whole number, like 8080",
    "int_type": "must be a whole number, like 8080",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "bool_parsing": "must be true or false",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
}


def _lines(error: ValidationError) -> list[str]:
    # The value itself is left out: it may be a token.
    return [
        f"{PREFIX}{'_'.join(str(part) for part in each['loc']).upper()}: "
        f"{WORDS.get(each['type'], each['msg']).format(**each.get('ctx', {}))}"
        for each in error.errors(include_input=False)
        if each["type"] != "default_factory_not_called"  # it follows from another mistake
    ]


def _misspelt() -> Iterator[str]:
    """A name that begins like ours and is none would be ignored in silence."""
    known = [*(name.upper() for name in Settings.model_fields), *GATEWAYS_OWN]
    written: Mapping[str, str | None] = {**dotenv_values(ENV_FILE, encoding="utf-8"), **os.environ}
    for name in written:
        if name.upper().startswith(PREFIX) and name.upper().removeprefix(PREFIX) not in known:
            yield _no_setting(name, known)


def _no_setting(name: str, known: Sequence[str]) -> str:
    from rapidfuzz import fuzz, process  # needed only when there is a mistake

    nearest, likeness, _ = process.extractOne(
        name.upper().removeprefix(PREFIX), known, scorer=fuzz.WRatio
    )
    if likeness >= LIKELY:
        return f"{name}: is not known; did you mean {PREFIX}{nearest}?"
    return (
        f"{name}: is no setting, and none has a name like it (.env.example lists all). Take it out"
    )
