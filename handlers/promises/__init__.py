"""The ledger of promises: a date that staff give in words, confirmed with a tap, kept or broken.

rules: when its maker is reminded, and whether it was kept; pure (the grammar is
requests/promised.py). noticing: from a reply to the question. making: given, moved, settled.
cards: what it looks like. clock: reminders and ends. commands: /promise, buttons, forms.
numbers: its lines of /stats.
"""
