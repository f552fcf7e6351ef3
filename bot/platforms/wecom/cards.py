"""Our buttons as WeCom's template cards: up to six of them, or a list to choose one from."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import structlog

from bot.platforms.wecom.reading import CHOSEN
from handlers.chat.outgoing import Button, Content

log = structlog.get_logger("linli.wecom")

Card = dict[str, Any]

#: What a card holds; WeCom counts signs here, and cuts what is longer.
MOST_BUTTONS, MOST_CHOICES = 6, 20
LONGEST_TITLE, LONGEST_TEXT = 26, 112
MORE = "…"
STYLES = {"primary": 1, "success": 1, "danger": 2, None: 4}


def buttons_of(content: Content) -> list[Button]:
    """The buttons that answer, each once: a card takes no key twice."""
    pressed = (each for row in content.buttons for each in row if each.url is None and each.data)
    found = list({each.data: each for each in pressed}.values())
    if len(found) > MOST_CHOICES:
        log.warning("wecom.too_many_buttons", left_out=len(found) - MOST_CHOICES)
    return found[:MOST_CHOICES]


def new_task() -> str:
    """An id for a card (or any message); no robot may use one twice."""
    return f"t{secrets.token_hex(12)}"


def fits(content: Content) -> bool:
    """Whether a card shows all of it: title, text, and no links."""
    linked = any(each.url is not None for row in content.buttons for each in row)
    short = len(content.title.strip()) <= LONGEST_TITLE and len(content.text) <= LONGEST_TEXT
    return short and not linked


def without_buttons(content: Content) -> Content:
    """Its title, or the beginning of its text, and nothing to press."""
    first = content.title.strip() or content.text.strip().split("\n")[0]
    return Content(title=_cut(first, LONGEST_TITLE), text="")


def card(content: Content, task: str, choose: str) -> Card:
    """The card of a content; without buttons one that only tells. `choose`: words on a button."""
    buttons = buttons_of(content)
    made: Card = {"task_id": task, **_text(content)}
    if not buttons:
        return {"card_type": "text_notice", "card_action": {"type": 0}, **made}
    if len(buttons) <= MOST_BUTTONS:
        return {"card_type": "button_interaction", "button_list": _list(buttons), **made}
    return {
        "card_type": "vote_interaction",
        "checkbox": {
            "question_key": CHOSEN,
            "mode": 0,
            "option_list": [{"id": each.data, "text": each.text} for each in buttons],
        },
        "submit_button": {"text": choose, "key": CHOSEN},
        **made,
    }


def _text(content: Content) -> Card:
    title, text = content.title.strip(), content.text.strip()
    if not fits(content):  # the whole stands in the message before it
        first = title or text.split("\n")[0]
        return {"main_title": {"title": _cut(first, LONGEST_TITLE)}}
    told: Card = {"main_title": {"title": title}} if title else {}
    return told | ({"sub_title_text": text} if text else {})


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + MORE


def _list(buttons: Sequence[Button]) -> list[Card]:
    return [{"text": each.text, "style": STYLES[each.style], "key": each.data} for each in buttons]
