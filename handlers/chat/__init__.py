"""Chats, whatever platform they are on: what comes in, what goes out, what a platform must do.

Platform-neutral: a handler sees only these values; `bot/platforms` turns them from and into
a platform's own.
"""
