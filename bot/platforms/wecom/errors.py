"""WeCom's refusals, told apart: answer otherwise, subscribe anew, try again, or give up."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers.chat.platform import DeliveryError, PassingError, PermanentError

#: Said by the SDK before WeCom ever heard of it.
NOT_CONNECTED = "not connected"
CODE = re.compile(r"errcode=(-?\d+)")

BUSY = -1
TOO_OFTEN = frozenset((45009, 45033))
NOT_SUBSCRIBED = 846609
#: What was handed in is good for three days.
NO_SUCH_MEDIA = 40007
NO_SUCH_CHAT = frozenset((93006,))
#: The callback can no longer be answered, or not in this group: it is pushed instead.
PUSH_INSTEAD = frozenset((846605, 846608, 600039))

A_MOMENT = timedelta(seconds=1)
A_WHILE = timedelta(seconds=60)


class RefusedError(Exception):
    """WeCom refused it, with a code."""

    def __init__(self, code: int, told: str) -> None:
        super().__init__(told)
        self.code = code


def refusal(error: BaseException) -> RefusedError | None:
    """The code in what the SDK raised; None: WeCom refused nothing."""
    found = CODE.search(str(error))
    return RefusedError(int(found[1]), str(error)) if found else None


def delivery_error(error: BaseException, away: timedelta) -> DeliveryError:
    """What an error means for the letter that met it; `away`: how long there has been no line."""
    if isinstance(error, RefusedError):
        return _refused(error)
    if NOT_CONNECTED in str(error):
        return PassingError("there is no line to WeCom", away)
    # Not acknowledged, or cut before it was: it may stand in the chat all the same (R23).
    return PassingError(f"no acknowledgement: {type(error).__name__}", uncertain=True)


def _refused(error: RefusedError) -> DeliveryError:
    if error.code in TOO_OFTEN:
        return PassingError(str(error), A_WHILE)
    if error.code in (BUSY, NOT_SUBSCRIBED):
        return PassingError(str(error), A_MOMENT)
    return PermanentError(str(error), unreachable=error.code in NO_SUCH_CHAT)
