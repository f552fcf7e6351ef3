"""Who the robot is in WeCom, and its name in what people say."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The key of the one robot; further ones have a name behind it.
PLATFORM = "wecom"
#: What a mention looks like where the robot is called otherwise than the settings say.
ANY_NAME = re.compile(r"\s*@[^\s@]{1,40}(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Identity:
    """One robot: its id, the key under which its chats are stored, and its name in groups."""

    bot_id: str
    platform: str = PLATFORM
    robot: str = "邻里"

    def without_name(self, text: str) -> str:
        """A text of a group without the robot's own name.

        WeCom hands over only what mentions the robot, and tells nowhere what it is called. Where
        the name of the settings does not stand in a text, the mention in front is the robot.
        """
        name = re.compile(rf"@{re.escape(self.robot)}(?![\w])[ \t\u2005\u00a0]?")
        if name.search(text):
            return name.sub("", text, count=1).strip()
        return ANY_NAME.sub("", text, count=1).strip() if ANY_NAME.match(text) else text.strip()
