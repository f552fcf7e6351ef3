"""What the fake answers: importing this enters all methods into the table."""

from tests.fakes.bot_api.methods import account, editing, rooms, sending
from tests.fakes.bot_api.methods.registry import METHODS, Asked, TooMuchError

__all__ = ["METHODS", "Asked", "TooMuchError", "account", "editing", "rooms", "sending"]
