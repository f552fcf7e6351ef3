"""Requests, from the report to the end. Which file does what, along a request's life:

rules (the table of moves), stop_rules (what stops which clock), deadlines, worktime, plain_words,
when, promised: pure, values in and values out.
opening, filing, questions: how one begins: from talk, by /report, after a question.
which_place, place_found: a place that is not there is asked about, and what the answer does.
routing, pages, clocking, clock: who is asked, how they are told, what happens when nobody answers.
hours, telling, bundles, morning: when people may be told, and all that waited in one message.
absent: who is on leave by then, and who is asked instead.
reachable, nightly, simulating: every ladder walked at night; /ladder, the same in one place.
moving, effects, given, case: the one function by which it changes, and what each move does.
corrections, taking_back, standing: what a correction changes, and the way back.
replanning, put_right, peoples_word: who is asked anew then, and whose word stands.
spreading (pure), growing: the place that grows with the households that say so.
correction_commands: the commands that ask for a correction.
acts, asking_more, choosing, commands: buttons and commands, and what they miss.
replies, speaking, answering, inquiries, progress: plain words and reactions that do the same.
unaddressed, over: what is said without a reply; what is plainly said to be over.
doubt: is it about the one that was asked about, or something new?
joining, voices: who else says so, and how they are counted. noting: what is kept of it.
details, editing, pictures: what is added, changed or taken back.
evidence: proof that it is done.
callback_asking, callback, endings: is it solved? asked of all, their answers, how it ended.
cards, private_cards, texts, lists, explaining, showing: what it looks like.
alone: words that were told to the bot alone, and who reads them.
batches: reading for many requests at once. measured: what is kept for the numbers.
lessons: what is learnt from its life: whether it was one, and what was put right.
access: the one checked way to it. belonging: of which one a message is.
lifecycle: what the rest of the house may call.
"""
