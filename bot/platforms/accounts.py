"""Several accounts of one platform: each is a platform of its own, with a name behind it."""

from __future__ import annotations

from config.settings import Settings


def name_of(platform: str, account: str) -> str:
    """The key under which an account's chats and people are stored; empty: the one without name."""
    return f"{platform}-{account}" if account else platform


def wechat_accounts(settings: Settings) -> list[str]:
    """The accounts of WeChat that the operator set; empty: the one without name."""
    return [*([""] if settings.wechat_gateway else []), *settings.wechat_gateways]
