"""From how sure on each decision is made; kept in the file with the weights it goes with."""

from __future__ import annotations

#: Chosen on cross-validated figures (docs/understanding.md).
THRESHOLDS = {
    "open": 0.75,  #: a request, sure enough to open
    "open latin": 0.8,  #: the same in a text without Chinese signs
    "plain": 0.7,  #: the same where a thing and its fault are named and nothing takes it back
    "fact": 0.01,  #: the same where nothing else is said: "水管漏水"
    "twice": 0.1,  #: the same where a fault and what it does to people are told
    "quiet": 0.4,  #: the same where nobody spoke just before
    "wrong": 0.2,  #: the same where one phrase tells a wrong: "飞线充电"
    "office": 0.01,  #: a question that an office has to answer
    "alone": 0.8,  #: by itself so surely a report: opens at "twice" where nobody spoke just before
    "nameless": 0.86,  #: a request in which nothing is named that it could be about
    "wordy": 0.85,  #: a request in a long line that tells no fault plainly
    "emergency": 0.4,  #: a word of danger and this much doubt opens all the same
    "alarm_unnamed": 0.81,  #: no known word of danger, but as a whole so surely an emergency
    "alarm_doubted": 0.96,  #: the same of a word of danger that hardly seems to be meant
    "opens_unnamed": 0.15,  #: what both of them need besides: no talk to this much
    "page": 0.17,  #: what is opened with a word of danger is an emergency from here on
    "page latin": 0.25,  #: the same in a text without Chinese signs
    "page_unnamed": 0.65,  #: the same where none of the known words of danger is said
    "linked": 0.39,  #: join, detail and update together
    "linked latin": 0.3,  #: the same in a text without Chinese signs
    "fits": 0.4,  #: what fits the nearest request less than this is read as if nothing were open
    "same": 0.8,  #: what names the same thing and fits so well joins instead of opening anew
    "bare": 0.1,  #: how much of a link stays with a message in which nothing points to it
    "apart": 0.1,  #: how much of a link stays with a message that names a fault of another kind
    "either": 0.8,  #: opened or linked, whichever is likelier, when both together are so sure
    "ask": 0.75,  #: what is not sure enough to open is asked about from here on
    "answer": 0.75,
}
