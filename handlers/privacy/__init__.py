"""Who may see how to reach somebody, what is known of a person, and how it is forgotten.

`contact` asks for consent and shows, `looks` tells who was shown, `phone` keeps a number,
`own_data` gives a person all that is known of them, `forgetting` drops the person and keeps the
fact, `scrubbing` takes their names out of what others wrote (`rules`, pure), `archives` says which
files are still to be looked through, `retention` drops what is old. What and why: docs/privacy.md.
"""
