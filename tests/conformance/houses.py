"""The houses of all platforms, and of pure ones with what the real ones lack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

from handlers.chat.platform import Capabilities
from tests.conformance.house import House
from tests.conformance.local_house import LocalHouse, local
from tests.conformance.rooms_house import PURE, pure
from tests.conformance.telegram_house import TelegramHouse, telegram
from tests.conformance.wechat_house import WechatHouse, wechat
from tests.conformance.wecom_house import WeComHouse, wecom

#: A further platform is a house above and a line here.
HOUSES: dict[str, Callable[[Path], AbstractAsyncContextManager[House]]] = {
    **{name: partial(pure, can) for name, can in PURE.items()},
    "local": local,
    "telegram": telegram,
    "wechat": wechat,
    "wecom": wecom,
}
HOUSES_CAN: dict[str, Capabilities] = {
    **PURE,
    "local": LocalHouse.can,
    "telegram": TelegramHouse.can,
    "wechat": WechatHouse.can,
    "wecom": WeComHouse.can,
}
