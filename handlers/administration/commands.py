"""What administration answers to: help, settings, announcements, doctor, export, audit and undo."""

from __future__ import annotations

from handlers.administration import (
    announcing,
    doctor,
    exporting,
    guide,
    preferences,
    undoing,
)
from handlers.commands import Command, Subject

SUBJECT = Subject(
    commands=(
        Command("help", guide.help_, ("帮助",), parses=guide.parses, nameless=True),
        Command(
            "announce",
            announcing.announce,
            ("通知", "公告"),
            right="manage",
            parses=announcing.parses,
        ),
        Command(
            "settings", preferences.settings, ("设置",), right="manage", parses=preferences.parses
        ),
        Command("doctor", doctor.doctor, ("体检",), right="manage", prepare=doctor.prepare),
        Command(
            "export", exporting.export, ("导出",), right="manage", where="private", sends_file=True
        ),
        Command("undo", undoing.undo, ("撤销",), right="remind", concerned=True),
        Command("audit", undoing.audit_log, ("记录",), right="manage", where="private"),
    ),
    presses={
        "ann": announcing.on_press,
        "set": preferences.on_press,
        "undo": undoing.on_press,
        "audit": undoing.on_turn,
    },
    forms={announcing.FORM: announcing.on_words},
    undos={"settings": preferences.undo},
)
