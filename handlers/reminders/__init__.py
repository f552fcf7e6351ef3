"""Reminders: rules, commands, posting."""
