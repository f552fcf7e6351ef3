"""Makes spec.json: the Bot API's methods and types without their prose, but with their limits.

    python -m tests.fakes.bot_api.make_spec FULL.json

FULL.json has {"version", "source", "methods", "types"} with a description for every field. A field
of spec.json is [types, mark, mark ...]; the marks are listed in README.md.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

#: What the prose says in ways of its own, or leaves to experience.
SPECIAL: Mapping[tuple[str, str], Sequence[str]] = {
    ("BotCommand", "command"): ("matches [a-z0-9_]{1,32}",),
    ("setWebhook", "secret_token"): ("matches [A-Za-z0-9_-]{1,256}",),
    ("InlineKeyboardButton", "style"): ("one of danger|success|primary",),
    ("KeyboardButton", "style"): ("one of danger|success|primary",),
    ("setMyCommands", "commands"): ("0-100 items",),
    ("getUpdates", "limit"): ("1-100",),
    ("setMessageReaction", "reaction"): ("0-1 items",),
}


def main(source: Path) -> None:
    """Write spec.json beside this file."""
    full = json.loads(source.read_text(encoding="utf-8"))
    lines = [
        f'"version": {json.dumps(full["version"])}',
        f'"source": {json.dumps(_credit(full["source"]))}',
        f'"methods": {{\n{_block(full["methods"])}\n}}',
        f'"types": {{\n{_block(full["types"])}\n}}',
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    json.loads(text)
    (HERE / "spec.json").write_text(text, encoding="utf-8")


def _credit(source: str) -> str:
    return (
        f"Slimmed from the descriptions in the package {source} (MIT license, (c) Alex Root Junior "
        "and contributors), checked against PaulSonOfLars/telegram-bot-api-spec; "
        "the interface itself is documented at https://core.telegram.org/bots/api"
    )


def _block(entries: Mapping[str, Any]) -> str:
    return ",\n".join(
        f"{json.dumps(name)}: {json.dumps(_slim(name, each), ensure_ascii=False)}"
        for name, each in sorted(entries.items())
    )


def _slim(name: str, entry: Mapping[str, Any]) -> Any:
    if subtypes := entry.get("subtypes"):
        return list(subtypes)
    return {each["name"]: _field(name, each) for each in entry.get("fields", ())}


def _field(owner: str, field: Mapping[str, Any]) -> list[str]:
    marks = list(SPECIAL.get((owner, field["name"]), ())) or list(_marks(field))
    constant = any(mark.startswith("always ") for mark in marks)
    required = ["required"] if field["required"] or constant else []
    return [" or ".join(field["types"]), *required, *marks]


def _marks(field: Mapping[str, Any]) -> Iterator[str]:
    told, name = str(field["description"]), field["name"]
    if name in {"type", "source", "status"} and (
        found := re.search(r"(?:always|must be) (?::code:)?['*`]+([a-z_0-9]+)['*`]", told)
    ):
        yield f"always {found[1]}"
    if name == "emoji" and (emoji := re.findall(r'"([^"\w]+)"', told)) and len(emoji) > 20:
        yield "one of " + "|".join(emoji)
    if found := re.search(r"(\d+)-(\d+) (characters|bytes|items)( after entit)?", told):
        shown = " shown" if found[4] else ""
        yield f"{found[1]}-{found[2]} {found[3]}{shown}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
