"""What each platform declares, without turning it on; a platform's library is loaded when asked."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from handlers.chat.platform import Capabilities

#: Where each platform's `CAPABILITIES` stand. A further platform is a line here.
PLACES: Mapping[str, str] = {
    "local": "bot.platforms.local.platform",
    "telegram": "bot.platforms.telegram.platform",
    "wechat": "bot.platforms.wechat.platform",
    "wecom": "bot.platforms.wecom.platform",
    "wecom-webhook": "bot.platforms.wecom.webhook",
}


def declared() -> dict[str, Capabilities]:
    """The capabilities of every platform, by name. Raises ImportError where an extra is missing."""
    return {name: import_module(place).CAPABILITIES for name, place in PLACES.items()}
