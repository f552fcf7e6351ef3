"""What learning answers to: whether one's words may be kept."""

from __future__ import annotations

from handlers.commands import Command, Subject
from handlers.learning import lending

SUBJECT = Subject(
    commands=(
        Command("consent", lending.consent, ("原话",), parses=lending.parses, keeps_form=True),
    ),
    presses={"lend": lending.on_press},
)
