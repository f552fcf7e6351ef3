"""What privacy answers to: everybody asks for themselves alone."""

from __future__ import annotations

from handlers.commands import Command, Subject
from handlers.privacy import contact, forgetting, looks, own_data, phone

SUBJECT = Subject(
    commands=(
        Command(
            "contact",
            contact.contact,
            ("联系",),
            right="answer",
            where="private",
            concerned=True,
            parses=contact.parses,
        ),
        Command("phone", phone.phone, ("我的电话",), where="private", parses=phone.parses),
        Command("who_saw_me", looks.who_saw_me, ("谁看过我",), where="private"),
        Command("my_data", own_data.my_data, ("我的资料",), where="private", sends_file=True),
        Command("forget_me", forgetting.forget_me, ("忘记我",), where="private"),
    ),
    presses={
        "contact": contact.on_button,
        "con": contact.on_answer,
        "forget": forgetting.on_press,
    },
    forms={forgetting.FORM: forgetting.on_words},
)
