"""The weekly digest of each group: one message of what became of its matters.

rules: when it is due; pure. telling: what it says. clock: posting what is due. commands: /digest.
"""
