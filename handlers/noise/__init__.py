"""How much a group is told unasked (R59): counted at the outbox, held back, told together.

groups: what holds for a group. rules: when a day begins and when what was held back is told; pure.
holding: what the outbox asks. folding: the one message for what was held back.
numbers: its line of /stats.
"""
