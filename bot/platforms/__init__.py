"""Chat platforms, one file or folder each, and the table of those that the settings turn on."""

from __future__ import annotations

from bot.clock import Clock
from bot.platforms.accounts import wechat_accounts
from bot.platforms.local import LocalPlatform
from config.settings import Settings, SettingsError
from handlers.chat.platform import Platform
from storage.engine import Store

#: Every platform there is, turned on or not: what a neighbourhood file may name.
KNOWN = ("local", "telegram", "wechat", "wecom", "wecom-webhook")

WECOM_MISSING = (
    "WeCom's SDK is not installed. Install it with `pip install 'linli[wecom]'`, or leave the "
    "setting out"
)

#: The SDK, and what it needs of its own: half an installation lacks one of these.
WECOM_NEEDS = ("aibot", "pyee", "websockets", "aiohttp", "cryptography", "certifi")

WECHAT_MISSING = (
    "{module} is not installed. Install it with: pip install 'linli[wechat]' "
    "-c constraints.txt; or leave the setting empty to run without WeChat"
)


def configured(settings: Settings, store: Store, clock: Clock) -> list[Platform]:
    """The platforms that are turned on. A further platform is a file here and a line below."""
    platforms: list[Platform] = []
    if settings.web_chat:
        platforms.append(LocalPlatform(store, clock, _address(settings)))
    if settings.telegram_token is not None or settings.telegram_tokens:
        platforms += _telegram(settings)
    if settings.wecom_bot_id or settings.wecom_bots:
        platforms += _wecom(settings, clock)
    if settings.wecom_webhooks:
        from bot.platforms.wecom.webhook import WebhookPlatform

        platforms.append(WebhookPlatform.from_settings(settings))
    if settings.wechat_gateway or settings.wechat_gateways:
        platforms += _wechat(settings, store, clock)
    return platforms


def _telegram(settings: Settings) -> list[Platform]:
    """The one account, and those that have names: each a platform of its own."""
    from bot.platforms.telegram.platform import TelegramPlatform

    names = [*([""] if settings.telegram_token else []), *settings.telegram_tokens]
    return [TelegramPlatform.from_settings(settings, name) for name in names]


def _wecom(settings: Settings, clock: Clock) -> list[Platform]:
    """The one robot, and those that have names. Raises SettingsError where the SDK is missing."""
    try:
        from bot.platforms.wecom.platform import WeComPlatform
    except ImportError as error:
        # The SDK tells of websockets in an error of its own, which names nothing.
        if error.name is not None and error.name.partition(".")[0] not in WECOM_NEEDS:
            raise
        setting = "WECOM_BOT_ID" if settings.wecom_bot_id else "WECOM_BOTS"
        raise SettingsError(f"LINLI_{setting}: {WECOM_MISSING}") from None
    names = [*([""] if settings.wecom_bot_id else []), *settings.wecom_bots]
    return [WeComPlatform.from_settings(settings, clock, name) for name in names]


def _wechat(settings: Settings, store: Store, clock: Clock) -> list[Platform]:
    """The one account, and those that have names; its library is an extra."""
    try:
        from bot.platforms.wechat.platform import WechatPlatform
    except ModuleNotFoundError as error:
        setting = "WECHAT_GATEWAY" if settings.wechat_gateway else "WECHAT_GATEWAYS"
        told = WECHAT_MISSING.format(module=error.name)
        raise SettingsError(f"LINLI_{setting}: {told}") from None

    accounts = wechat_accounts(settings)
    return [WechatPlatform.from_settings(settings, store, clock, each) for each in accounts]


def _address(settings: Settings) -> str:
    return settings.public_url or f"http://{settings.host}:{settings.port}"
