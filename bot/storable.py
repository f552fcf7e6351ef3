"""Raw updates without what no database takes: one such update must not hold up all others."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from pydantic_core import to_json

from handlers.chat.platform import RawUpdate

#: Characters that no database takes.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(update: RawUpdate) -> tuple[RawUpdate, str]:
    """The same without what cannot be kept, and its body in JSON: one such update must not hold up
    all others."""
    with suppress(ValueError):  # of half a sign, which is no text
        body = to_json(update.body).decode()  # a fifth of what the standard library takes
        if "\\u0000" not in body:
            return update, body
    clean = RawUpdate(update.key, update.lane, _cleaned(update.body))
    return clean, json.dumps(clean.body, ensure_ascii=False)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {key: _cleaned(each) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in cast("Sequence[Any]", value)]
    return value
