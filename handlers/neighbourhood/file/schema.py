"""The JSON schema of a neighbourhood file, for editors and other programs.

`python -m handlers.neighbourhood.file.schema` writes it anew after a change to the model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from handlers.neighbourhood.file.model import Neighbourhood

FILE = Path(__file__).parent / "neighbourhood.schema.json"


def schema() -> dict[str, Any]:
    """The schema as the model has it."""
    made = Neighbourhood.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def as_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text(), encoding="utf-8")
