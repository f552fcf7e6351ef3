"""What the bot learns of itself in a group: how often it was right, and what people put right.

rules: how sure a share of few cases is, when a group needs no question first (pure).
readings: what was taken for a request and what became of it; a group's mode.
keeping: corrections as examples, with the sender's words only where they agreed.
lending: whether somebody's words may be kept: the question, the command, the way back.
commands: what it answers to.
"""
