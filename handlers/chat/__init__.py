"""Chats, whatever platform they are on: a handler knows no other.

incoming: what comes in. outgoing: what goes out. platform: what a chat platform must be able to do.
Platform-neutral: a handler sees only these values; `bot/platforms` turns them from and into
a platform's own.
"""
