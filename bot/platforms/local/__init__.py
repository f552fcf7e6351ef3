"""The built-in web chat: a platform like any other, with rooms, people and messages of its own.

It is its own server: what people do becomes raw updates for the inbox, what the bot says is kept
in its tables, and both are pushed to the browsers that are open.
"""

from bot.platforms.local.platform import LocalPlatform

__all__ = ["LocalPlatform"]
