"""Files as the gateway takes them: wechaty's FileBox as JSON, the body in base64."""

from __future__ import annotations

import base64
import json

#: FileBox's own number of the form whose body stands in base64: the one that every gateway takes.
BASE64 = 1


def boxed(name: str, body: bytes) -> str:
    """A file with its name."""
    box: dict[str, object] = {
        "name": name,
        "metadata": dict[str, str](),
        "type": BASE64,
        "boxType": BASE64,  # what older gateways read
        "base64": base64.b64encode(body).decode(),
    }
    return json.dumps(box, ensure_ascii=False)
