"""The bot's own senses: whether it still hears its groups and may still speak (docs/watching.md).

`rules.py` is pure: how long a silence is unusual. `pulse.py` notes when groups were heard,
`silence.py` finds those that are not heard any more, `alarms.py` tells of it once, and once when it
is over, `standing.py` follows what the bot may do where, `missed.py` tells of what a platform did
not hand over.
"""
