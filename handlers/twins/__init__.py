"""Twins in words: what a platform cannot show by signs is said there in words.

`rules.py`: numbers for buttons, and what is new of a message that cannot be edited; pure.
`words.py`: what is to be said, put into words before it is laid into the outbox.
`choosing.py`: a number that somebody writes is the button that it stands for.
"""
