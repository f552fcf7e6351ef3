"""A strict fake of Telegram's Bot API, with people and groups who talk to the bot."""

from tests.fakes.bot_api.chats import Chat, Topic
from tests.fakes.bot_api.front import Call
from tests.fakes.bot_api.groups import Group
from tests.fakes.bot_api.people import Person
from tests.fakes.bot_api.records import Button, Message, Press
from tests.fakes.bot_api.server import FakeTelegram

__all__ = [
    "Button",
    "Call",
    "Chat",
    "FakeTelegram",
    "Group",
    "Message",
    "Person",
    "Press",
    "Topic",
]
