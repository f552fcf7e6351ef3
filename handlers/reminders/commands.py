"""What reminders answer to."""

from __future__ import annotations

from handlers.commands import Subject

SUBJECT = Subject()
