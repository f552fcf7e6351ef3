"""What the house says, in short."""

from __future__ import annotations

from typing import Any

from handlers.chat.outgoing import Button, Content, Say, Show

TAKE = ((Button(text="我来", data="take:1", style="primary"),),)
DONE = ((Button(text="办好了", data="done:1"),),)


def say(chat: str, text: str, **more: Any) -> Say:
    content = Content(text=text, **{k: more.pop(k) for k in ("title", "buttons") if k in more})
    return Say(platform="wecom", chat=chat, group=chat.startswith("wr"), content=content, **more)


def show(chat: str, text: str, **more: Any) -> Show:
    content = Content(text=text, **{k: more.pop(k) for k in ("title", "buttons") if k in more})
    return Show(
        platform="wecom",
        chat=chat,
        slot="r1",
        group=chat.startswith("wr"),
        content=content,
        **more,
    )
